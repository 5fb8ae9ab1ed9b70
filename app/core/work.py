"""The end of a unit of work: commit, then ring for the jobs that it asked for.

Only the doors end a unit: the request, the worker's entry, the command line, and bodies of jobs that work in
small steps. Jobs asked for in a savepoint that was rolled back have no row, and their ring finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tenants.bound import current, is_bound
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Ring:
    """A doorbell: which job row of which tenant (None: the platform) waits on which lane."""

    tenant_id: int | None
    schema: str
    job_id: int
    attempt: int
    name: str
    lane: str


_bell: list[Callable[[list[Ring]], None]] = []


def install_bell(bell: Callable[[list[Ring]], None]) -> None:
    """Say how rings reach the workers; without a bell the sweep finds the rows."""
    _bell[:] = [bell]


def ask(job_id: int, attempt: int, name: str, lane: str) -> None:
    """Remember to ring for a job row of this session once it is committed."""
    tenant = current() if is_bound() else None
    ring = Ring(tenant.id if tenant else None, tenant.schema if tenant else "platform", job_id, attempt, name, lane)
    db.session().info.setdefault("rings", []).append(ring)


def commit() -> None:
    """Commit the session and ring for what it asked."""
    session = db.session()
    rings = session.info.pop("rings", [])
    if session.in_transaction():
        session.commit()
    if rings and _bell:
        _bell[0](rings)


def rollback() -> None:
    db.session().info.pop("rings", None)
    db.session.rollback()
