"""The one door between Redis and the product: `run(tenant, row)` claims a row, binds its tenant, runs its body.

RQ may call it twice, late, or for a row that is long done; the claim decides. A tenant that is unknown, suspended
or on a revision that this code does not serve is left alone; its rows wait. A body that dies with its process leaves
a lease that runs out, and the sweep rings.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import structlog
from flask import current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from app.core import jobs, work
from app.core.errors import TryLater
from app.core.jobs import Again, Body, backoff
from app.core.work import Ring
from tenants.context import Mode, bind
from tenants.db import PLATFORM, db
from tenants.migrating import served_revisions
from tenants.registry import Tenant
from worker import rows
from worker.enqueue import bell
from worker.rows import Claim

HEARTBEAT_SECONDS = 10
# A restarted server, a lock not granted in time, no free connection: the same work may well succeed later.
DATABASE_AWAY = (OperationalError, InterfaceError, NoConnection)
PATIENCE = 8  # tries, over some three hours
log = structlog.get_logger("osiedle.worker")


class Place:
    """Where a row lies: a tenant's schema or the platform's."""

    def __init__(self, tenant: Tenant | None) -> None:
        self.tenant = tenant
        self.table = "jobs" if tenant else f"{PLATFORM}.jobs"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A short transaction of its own, beside whatever the body does."""
        if self.tenant is None:
            with db.engines[PLATFORM].begin() as connection:
                yield connection
        else:
            with bind(self.tenant), _engine().begin() as connection:
                yield connection

    def bound(self, body: Body) -> AbstractContextManager[object]:
        """What a body runs in."""
        mode = Mode.BULK if body.bulk_transactions else Mode.PAGE
        return bind(self.tenant, mode) if self.tenant else nullcontext()

    def ring(self, claim: Claim, name: str, lane: str) -> None:
        schema = self.tenant.schema if self.tenant else PLATFORM
        bell([Ring(self.tenant.id if self.tenant else None, schema, claim.id, claim.attempt, name, lane)])


def _engine() -> Engine:
    """The engine of the bound tenant's database."""
    engine = db.session.get_bind()
    assert isinstance(engine, Engine)
    return engine


def run(tenant_id: int | None, job_id: int) -> None:
    """Run one row of background work. What RQ calls; arguments are ids."""
    app = current_app
    tenant = app.extensions["tenants"].by_id(tenant_id) if tenant_id is not None else None
    if tenant_id is not None and (tenant is None or tenant.suspended):
        log.warning("job of a tenant that is not served", tenant_id=tenant_id, job=job_id)
        return
    if tenant is not None and tenant.revision not in served_revisions():
        log.warning("job of a tenant that waits to be migrated", tenant_id=tenant_id, job=job_id)
        return
    place = Place(tenant)
    with place.transaction() as connection:
        claim = rows.claim(connection, place.table, job_id)
    if claim is None:
        return
    structlog.contextvars.bind_contextvars(
        tenant=tenant.slug if tenant else PLATFORM, tenant_id=tenant_id, job=claim.id
    )
    _perform(place, claim)


def _perform(place: Place, claim: Claim) -> None:
    try:
        body = jobs.body(claim.name)
    except KeyError:
        _park(place, claim, None, f"no job is called {claim.name}")
        return
    if body.platform != (place.tenant is None):
        _park(place, claim, None, f"{claim.name} is bound to the wrong place")
        return
    if claim.died and claim.failures >= body.max_failures:
        _park(place, claim, body, f"{rows.DIED} {claim.failures} times")
        return
    try:
        with _heartbeat(place, claim), place.bound(body):
            outcome = body.run(**claim.args)
            work.commit()
    except TryLater as later:
        _retry(place, claim, str(later), later.seconds)
    except DATABASE_AWAY as error:
        if claim.failures >= PATIENCE and not claim.died:
            _park(place, claim, body, _said(error))
        else:
            _retry(place, claim, _said(error), None)
    except Exception as error:
        log.exception("job failed", name=claim.name)
        _park(place, claim, body, _said(error))
    else:
        _settle(place, claim, outcome)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _settle(place: Place, claim: Claim, outcome: Again | None) -> None:
    with place.transaction() as connection:
        if isinstance(outcome, Again):
            ring = rows.postpone(connection, place.table, claim, outcome.seconds, None)
        else:
            ring = rows.finish(connection, place.table, claim)
    if ring:
        place.ring(claim, claim.name, claim.lane)


def _retry(place: Place, claim: Claim, error: str, seconds: int | None) -> None:
    wait = seconds if seconds is not None else backoff(claim.failures + 1).total_seconds()
    with place.transaction() as connection:
        rows.postpone(connection, place.table, claim, wait, error)


def _park(place: Place, claim: Claim, body: Body | None, error: str) -> None:
    with place.transaction() as connection:
        ring = rows.park(connection, place.table, claim, error)
    if ring:
        place.ring(claim, claim.name, claim.lane)
    elif body is not None and body.parked is not None:
        with place.bound(body):
            body.parked(error=error, **claim.args)
            work.commit()


@contextmanager
def _heartbeat(place: Place, claim: Claim) -> Iterator[None]:
    """Keep the lease while the body runs; a thread, because bodies may be busy for minutes."""
    stop = threading.Event()
    app = current_app._get_current_object()  # type: ignore[attr-defined]

    def beat() -> None:
        while not stop.wait(HEARTBEAT_SECONDS):
            with app.app_context():
                try:
                    with place.transaction() as connection:
                        if not rows.keep(connection, place.table, claim):
                            log.warning("lease lost", name=claim.name)
                            return
                except Exception as error:
                    log.warning("heartbeat failed", error=type(error).__name__)

    thread = threading.Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=5)
