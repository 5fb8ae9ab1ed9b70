"""Processes and jobs of the worker's tests: real forks, real Redis, rows in a real tenant."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest


@contextmanager
def process(app: Any, body: Callable[[], Any]) -> Iterator[int]:
    """A fork that runs `body` inside the application; ended, if need be, when the block is left."""
    from tenants.db import forget_connections
    from worker import queues

    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            forget_connections(app)
            queues.connection.cache_clear()
            with app.app_context():
                body()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    try:
        yield pid
    finally:
        ended(pid, 0.0, kill=signal.SIGKILL)


def ended(pid: int, seconds: float, *, kill: int | None = None) -> int | None:
    """The wait status of a process once it has ended; None if it is still running after `seconds`."""
    until = time.monotonic() + seconds
    while True:
        try:
            found, status = os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return 0
        if found:
            return status
        if time.monotonic() >= until:
            break
        time.sleep(0.005)
    if kill is None:
        return None
    os.kill(pid, kill)
    return os.waitpid(pid, 0)[1]


def until(holds: Callable[[], Any], seconds: float = 10) -> Any:
    """The first true answer of `holds` within `seconds`. Raises `AssertionError`."""
    deadline = time.monotonic() + seconds
    while not (answer := holds()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return answer


@pytest.fixture
def new_tenant(new_tenant: Callable[..., Any]) -> Callable[..., Any]:
    """Makes managers whose first letter is not posted, so that only a test's own work waits."""
    return lambda **values: new_tenant(**({"post": False} | values))


@pytest.fixture
def tenant(new_tenant: Callable[..., Any]) -> Any:
    return new_tenant()


@pytest.fixture
def burst(app: Any) -> Callable[[], None]:
    """Works off what lies in the queues, as `flask worker --burst` does, in a process of its own."""
    from worker import processes

    def run() -> None:
        with process(app, lambda: processes.work(app, 0, burst=True)) as pid:
            assert ended(pid, 60) == 0

    return run


@pytest.fixture(autouse=True)
def _only_own_work(idle: None) -> None:
    """What is worked on here is what the test asked for."""
