"""Bodies of jobs for the tests; what they did is noted in the tenant's audit log."""

from __future__ import annotations

import os
import signal
import socket
import time
from typing import Any

from sqlalchemy import text

from app.core import audit, work
from app.core.actor import system
from app.core.errors import TryLater
from app.core.jobs import LANES, Again, job
from tenants.bound import is_bound
from tenants.context import bind
from tenants.db import PLATFORM, db
from worker import queues
from worker.sweeps import sweep


def note(what: str) -> None:
    audit.record(system("tests"), f"tests.{what}", "")


@job("tests.note")
def _note(what: str = "ran") -> None:
    note(what)


@job("tests.slow")
def _slow(seconds: float) -> None:
    note("started")
    work.commit()
    time.sleep(seconds)
    note("ended")


@job("tests.turns")
def _turns(count: int, seconds: float) -> Again | None:
    note("turn")
    work.commit()
    time.sleep(seconds)
    done = db.session.scalar(text("SELECT count(*) FROM audit_entries WHERE action = 'tests.turn'"))
    return Again() if done < count else None


@job("tests.later")
def _later() -> None:
    note("tried")
    raise TryLater("the neighbour is away", 0)


@job("tests.broken")
def _broken() -> None:
    note("half")
    raise ValueError("a fault of ours")


def _buried(error: str, **args: Any) -> None:
    note("buried")


@job("tests.deadly", parked=_buried)
def _deadly() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@job("tests.restarted")
def _restarted() -> None:
    raw = db.session.connection().connection.dbapi_connection
    with socket.socket(fileno=os.dup(raw.pgconn.socket)) as line:  # type: ignore[union-attr]
        line.shutdown(socket.SHUT_RDWR)
    db.session.execute(text("SELECT 1"))


@job("tests.put_away")
def _put_away(bell: str) -> None:
    note("ran")
    queues.connection().delete(f"rq:job:{bell}")


@job("tests.platform", platform=True)
def _platform() -> None:
    assert not is_bound()


def enqueue(app: Any, tenant: Any, name: str, key: str = "k", lane: str = "normal", **args: Any) -> int:
    from app.core.jobs import enqueue as ask

    with app.app_context(), bind(tenant):
        number = ask(name, key, args, lane=lane)
        work.commit()
        return number


def row(app: Any, tenant: Any, job_id: int) -> Any:
    with app.app_context(), bind(tenant):
        return db.session.execute(text("SELECT * FROM jobs WHERE id = :id"), {"id": job_id}).one()


def notes(app: Any, tenant: Any) -> list[str]:
    with app.app_context(), bind(tenant):
        found = db.session.scalars(text("SELECT action FROM audit_entries WHERE action LIKE 'tests.%' ORDER BY id"))
        return [action.removeprefix("tests.") for action in found]


def expire(app: Any, tenant: Any) -> None:
    """Time passes: every lease runs out, everything postponed is due."""
    with app.app_context(), bind(tenant):
        db.session.execute(
            text("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL")
        )
        db.session.execute(text("UPDATE jobs SET run_after = now() WHERE state = 'waiting'"))
        db.session.commit()


def waits(app: Any, tenant: Any, job_id: int) -> bool:
    """Whether a bell for the row lies in a queue."""
    bell = f"{tenant.schema}-{job_id}-{row(app, tenant, job_id).attempt}".encode()
    return any(bell in queues.connection().lrange(queues.queue(lane).key, 0, -1) for lane in LANES)


def brought_back(app: Any, tenant: Any, job_id: int) -> bool:
    """Whether the sweep rings for the row."""
    if waits(app, tenant, job_id):
        return False
    sweep(app)
    return waits(app, tenant, job_id)


__all__ = ["PLATFORM", "brought_back", "enqueue", "expire", "note", "notes", "row", "waits"]
