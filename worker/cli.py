"""`flask worker` and `flask scheduler`: what `./run` and a deployment start."""

from __future__ import annotations

import signal
import sys
import threading
from types import FrameType
from typing import Any

import click
import structlog
from flask import current_app

from worker import processes, schedules

log = structlog.get_logger("osiedle.scheduler")


@click.command("worker")
@click.option("--burst", is_flag=True, help="Work until the queues are empty, then end.")
@click.option("--count", type=int, default=None, help="How many worker processes (default: OSIEDLE_WORKERS).")
def worker(burst: bool, count: int | None) -> None:
    """Run jobs."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    if burst:
        processes.work(app, 0, burst=True)
        return
    sys.exit(processes.serve(app, count or app.settings.workers))


@click.command("scheduler")
@click.option("--once", is_flag=True, help="One round, then end.")
def scheduler(once: bool) -> None:
    """Sweep for work left behind, and start what is due at night (Europe/Warsaw)."""
    app: Any = current_app._get_current_object()  # type: ignore[attr-defined]
    stop = threading.Event()

    def end(_signum: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    while not stop.is_set():
        try:
            schedules.tick(app)
        except Exception as error:
            log.warning("round failed; next one soon", error=f"{type(error).__name__}: {error}".splitlines()[0])
        if once:
            return
        stop.wait(schedules.SWEEP_SECONDS)


def register(app: Any) -> None:
    app.cli.add_command(worker)
    app.cli.add_command(scheduler)
