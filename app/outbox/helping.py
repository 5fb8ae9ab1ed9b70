"""Several connections to a slow mail server at once, each in a process of its own.

A server that thinks for a while about each command is busy with one letter and idle for all others. The process
that has the turn forks helpers then, each with its own connection and its share of the rows. They are processes,
because a process that is killed may repeat at most the one letter whose acceptance it had not yet recorded: with
several connections in one process it would be several.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import structlog
from flask import current_app

from tenants.db import forget_connections

WORTH_SECONDS = 0.0025  # of waiting for one letter, above which another connection pays for itself
ENOUGH_WAITING = 20
SAMPLES = 3
GRACE_SECONDS = 45.0  # for a helper's last letter, once the turn is over
log = structlog.get_logger("osiedle.outbox")


def wanted(waited: list[float], waiting: int, most: int) -> int:
    """How many helpers a turn should have: by what the first letters waited for the server (seconds), and how many
    rows are due. `most` is the number of connections allowed, the turn's own included."""
    if len(waited) < SAMPLES or waiting < ENOUGH_WAITING:
        return 0
    return max(0, min(most - 1, int(min(waited) / WORTH_SECONDS), waiting // 2 - 1))


class Helpers:
    """Processes forked by this one for the rest of its turn."""

    def __init__(self) -> None:
        self._pids: list[int] = []

    def __len__(self) -> int:
        return len(self._pids)

    def fork(self, number: int, work: Callable[[int, Callable[[], bool]], None]) -> None:
        """Start helpers 1 to `number`; each calls `work(its number, whether its parent lives)` and ends."""
        app = current_app._get_current_object()  # type: ignore[attr-defined]
        parent = os.getpid()
        for share in range(1, number + 1):
            child = os.fork()
            if child:
                self._pids.append(child)
                continue
            code = 1
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                forget_connections(app)
                work(share, lambda: os.getppid() == parent)
                code = 0
            except BaseException:
                log.exception("a helper failed")
            finally:
                os._exit(code)

    def wait(self) -> int:
        """Wait until all have ended, killing those that do not. Returns how many did not end well."""
        ends, unwell = time.monotonic() + GRACE_SECONDS, 0
        pids, self._pids = self._pids, []
        for pid in pids:
            unwell += self._ended(pid, ends) != 0
        return unwell

    @staticmethod
    def _ended(pid: int, ends: float) -> int:
        while time.monotonic() < ends:
            done, status = os.waitpid(pid, os.WNOHANG)
            if done:
                return status
            time.sleep(0.005)
        os.kill(pid, signal.SIGKILL)
        return os.waitpid(pid, 0)[1]
