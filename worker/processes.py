"""Worker processes: one parent that loads the product once and forks RQ workers; each job runs in a fork of its own."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from flask import Flask
from rq import Worker
from rq.exceptions import DeserializationError, InvalidJobOperation
from rq.job import Job
from rq.serializers import JSONSerializer
from sqlalchemy.orm import configure_mappers

from tenants.db import forget_connections
from tenants.migrating import head_revision
from tenants.schema import grant_templates, table_statements
from worker import queues

log = logging.getLogger(__name__)


class ProductWorker(Worker):
    """RQ's forking worker; its horse starts with no inherited connection and inside the application."""

    def __init__(self, app: Flask, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.app = app

    def main_work_horse(self, job: Job, queue: Any) -> None:
        forget_connections(self.app)
        with self.app.app_context():
            super().main_work_horse(job, queue)

    def execute_job(self, job: Job, queue: Any) -> None:
        if not _ours(job):
            log.error("refused a job that is not ours: %s", job.id)
            job.delete()
            return
        super().execute_job(job, queue)

    def handle_job_success(self, job: Job, queue: Any, started_job_registry: Any) -> None:
        """A bell that was rung twice has been put away by whoever came first; that is no failure."""
        try:
            super().handle_job_success(job, queue, started_job_registry)
        except InvalidJobOperation:
            with self.connection.pipeline() as pipeline:
                self.cleanup_execution(job, pipeline)
                pipeline.execute()


def _ours(job: Job) -> bool:
    """Whether what lies in Redis is one of our doorbells: the one door, two numbers, and nothing to call besides."""
    try:
        numbers = [argument for argument in job.args if argument is not None]
        return (
            job.func_name == queues.ENTRY
            and len(job.args) == 2
            and all(type(number) is int for number in numbers)
            and not (job.kwargs or job.instance or job._success_callback_name or job._failure_callback_name)
            and not job._stopped_callback_name
        )
    except (DeserializationError, ValueError, TypeError):
        return False


def work(app: Flask, number: int, *, burst: bool = False) -> None:
    """Serve one shift until told to stop (or, with `burst`, until the queues are empty)."""
    lanes = queues.SHIFTS[number % len(queues.SHIFTS)] if not burst else ("urgent", "normal", "bulk")
    worker = ProductWorker(
        app,
        [queues.queue(lane) for lane in lanes],
        connection=queues.connection(),
        serializer=JSONSerializer,
        worker_ttl=60,
        maintenance_interval=60,
        job_monitoring_interval=10,
        log_job_description=False,
    )
    worker.work(burst=burst, logging_level="WARNING", with_scheduler=False)


def serve(app: Flask, duties: list[Callable[[], object]]) -> int:
    """Fork a process for each duty and start anew those that end. Returns the exit code after SIGTERM or SIGINT."""
    children: dict[int, int] = {}
    stopping: list[int] = []

    def stop(signum: int, _frame: FrameType | None) -> None:
        stopping.append(signum)
        for pid in children:
            _signal(pid, signal.SIGTERM)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    _warm()
    gc.collect()
    gc.freeze()  # what is loaded by now stays shared between the processes
    for number, duty in enumerate(duties):
        children[_fork(app, duty)] = number
    started = time.monotonic()
    while children:
        try:
            pid, status = os.wait()
        except InterruptedError:
            continue
        except ChildProcessError:
            break
        number = children.pop(pid, 0)
        if not stopping:
            log.warning("process %s ended with status %s; starting another", number, status)
            time.sleep(0.2 if time.monotonic() - started > 5 else 1)
            children[_fork(app, duties[number])] = number
    return 0


def _warm() -> None:
    """Make once what each job's fork would make for itself: half a second of one who waits for a new portal."""
    configure_mappers()
    head_revision()
    table_statements()
    grant_templates()


def _fork(app: Flask, duty: Callable[[], object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        _die_with_parent()
        forget_connections(app)
        queues.connection.cache_clear()
        duty()
    except BaseException:
        log.exception("a process of the worker failed")
        sys.stderr.flush()
        os._exit(1)
    os._exit(0)


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, so that a killed parent leaves nobody behind."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(1, signal.SIGTERM)
