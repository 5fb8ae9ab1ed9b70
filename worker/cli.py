"""`flask worker` and `flask scheduler`: what `./run` and a deployment start."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from itertools import count
from types import FrameType
from typing import Any

import click
import structlog
from flask import current_app

from worker import processes, schedules

log = structlog.get_logger("osiedle.scheduler")


@click.command("worker")
@click.option("--burst", is_flag=True, help="Work until the queues are empty, then end.")
@click.option("--count", "wanted", type=int, default=None, help="How many worker processes (default: OSIEDLE_WORKERS).")
@click.option("--with-scheduler", is_flag=True, help="Also run the scheduler, in a process beside the workers.")
def worker(burst: bool, wanted: int | None, with_scheduler: bool) -> None:
    """Run jobs."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    if burst:
        processes.work(app, 0, burst=True)
        return
    duties: list[Callable[[], object]] = [
        partial(processes.work, app, number) for number in range(wanted or app.settings.workers)
    ]
    if with_scheduler:
        duties.append(partial(keep_time, app))
    sys.exit(processes.serve(app, duties))


@click.command("scheduler")
@click.option("--once", is_flag=True, help="One round, then end.")
def scheduler(once: bool) -> None:
    """Sweep for work left behind, and start what is due at night (Europe/Warsaw)."""
    keep_time(current_app._get_current_object(), once=once)  # type: ignore[attr-defined]


def keep_time(app: Any, *, once: bool = False) -> None:
    """Rounds of the scheduler until SIGTERM or SIGINT; one that fails does not stop the next."""
    stop = threading.Event()

    def end(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    for number in count():
        if stop.is_set():
            return
        try:
            schedules.tick(app, number)
        except Exception as error:
            log.warning("round failed; next one soon", error=f"{type(error).__name__}: {error}".splitlines()[0])
        if once:
            return
        stop.wait(schedules.SWEEP_SECONDS)


def register(app: Any) -> None:
    app.cli.add_command(worker)
    app.cli.add_command(scheduler)
