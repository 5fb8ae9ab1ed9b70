"""Sweeps: every quarter of a minute, ring again for rows that should be worked on and that Redis knows nothing of.

This is what brings work back after a killed worker (its lease ran out), an emptied Redis, or a ring that never
left because Redis was away.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from datetime import timedelta

import structlog
from flask import Flask
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from app.allowances.reminders import JOB as REMINDERS
from app.attachments.jobs import TIDY as TIDY_FILES
from app.audit import sealing
from app.audit.jobs import SEAL_JOB
from app.billing.jobs import NIGHT_JOB as BILLING
from app.billing.jobs import UNITS_JOB
from app.closing.jobs import NIGHT as CLOSINGS
from app.core import jobs, throttle, work
from app.core.clock import now, today
from app.core.runtime import settings
from app.core.work import Ring
from app.deliveries.jobs import ask as ask_deliveries
from app.documents.jobs import TIDY as TIDY_DOCUMENTS
from app.domains.jobs import NIGHT as DOMAINS
from app.fleet.jobs import GATHER as GATHER_FIGURES
from app.gateways import watched
from app.hooks.jobs import TIDY as TIDY_HOOKS
from app.imports import lateness, watching
from app.mailroom import jobs as mailroom
from app.meters.reminding import DAILY_JOB as READING_WINDOWS
from app.outbox.commands import SWEEP, unsent
from app.paying import jobs as paying
from app.personal.jobs import NIGHTLY as RETENTION
from app.stripe_events.commands import forget_old as forget_events
from app.works.filing.jobs import REMIND as REMIND_WORKS
from app.works.filing.jobs import TIDY as TIDY_WORKS
from app.works.guests.jobs import EXPIRE as EXPIRE_GUESTS
from tenants.context import bind
from tenants.db import PLATFORM
from tenants.errors import TenantError
from tenants.registry import Tenant
from worker import queues, rows
from worker.entry import Place

log = structlog.get_logger("osiedle.sweep")


def sweep(app: Flask) -> int:
    """Ring for everything that is due and not in Redis. Returns how many bells were rung."""
    with app.app_context():
        tenants = [tenant for tenant in app.extensions["tenants"].all() if not tenant.suspended]
        waiting = [ring for tenant in (None, *tenants) for ring in _due(tenant)]
        try:
            there = queues.rung(waiting)
            missing = [ring for ring in waiting if queues.bell_id(ring) not in there]
            queues.ring(missing)
        except RedisError as error:
            log.warning("Redis does not answer", error=type(error).__name__)
            return 0
    if missing:
        log.info("rang again", bells=len(missing))
    return len(missing)


def wake_outboxes(app: Flask) -> None:
    """Ask for a sweep of each served tenant's outbox that holds something unsent, and for seals on what its audit log
    got since: a job for every tenant would keep the workers from other work."""

    def ask(_tenant: Tenant) -> bool:
        if wakes := unsent():
            jobs.enqueue(SWEEP, "sweep")
        if seals := sealing.waits():
            jobs.enqueue(SEAL_JOB, "seal")
        return ask_deliveries() or wakes or seals

    _at_each(app, "outbox and seals", ask)


def watch_imports(app: Flask, *, thoroughly: bool) -> None:
    """Ask for looks into folders with something new; `thoroughly`: also at what was left over, and at late data."""
    root = settings().imports_dir
    dropped_into = set(watched.slugs(root)) if root is not None else set[str]()

    def ask(tenant: Tenant) -> bool:
        asked = tenant.slug in dropped_into and watching.ask_if_waiting(also_taken=thoroughly)
        return (thoroughly and lateness.ask_if_late()) or asked

    _at_each(app, "imports", ask, only=None if thoroughly else dropped_into)


def read_mailbox(app: Flask) -> None:
    """Have a worker look into the platform's mailbox, where there is one."""
    with app.app_context():
        try:
            mailroom.ask()
        except DBAPIError as error:
            log.warning("could not ask", what="mailbox", error=str(error).splitlines()[0])


def close(app: Flask) -> None:
    """Once a night: have managers deleted whose time of grace is over."""
    with app.app_context():
        try:
            jobs.enqueue(CLOSINGS, "night", lane="bulk")
            work.commit()
        except DBAPIError as error:
            log.warning("could not ask", what="closings", error=str(error).splitlines()[0])


def check_domains(app: Flask) -> None:
    """Once a night: have the proof of every served domain of managers' own looked for again."""
    with app.app_context():
        try:
            jobs.enqueue(DOMAINS, "night", {"night": today().isoformat()}, lane="bulk")
            work.commit()
        except DBAPIError as error:
            log.warning("could not ask", what="domains", error=str(error).splitlines()[0])


def forget(app: Flask) -> None:
    """Once a night: have every served tenant forget personal data that its manager keeps no longer."""
    _at_each(app, "forgetting", lambda _tenant: _asked(RETENTION, "night"))


def remind(app: Flask) -> None:
    """Once a day: have every served tenant's residents reminded of decisions that end soon, and those who take part in
    building works of what they have not handed in."""
    _at_each(app, "reminders", lambda _tenant: _asked(REMINDERS, "day"))
    _at_each(app, "windows of readings", lambda _tenant: _asked(READING_WINDOWS, "day"))
    _at_each(app, "missing weeks", lambda _tenant: _asked(REMIND_WORKS, "day"))


def measure(app: Flask) -> None:
    """Once a night: have every served tenant gather the figures that operators see."""
    _at_each(app, "figures", lambda _tenant: _asked(GATHER_FIGURES, "figures"))


def bill(app: Flask) -> None:
    """Once a night: have every served manager's units counted, and those looked at that owe the platform something."""
    _at_each(app, "units", lambda _tenant: _asked(UNITS_JOB, "units"))
    with app.app_context():
        jobs.enqueue(BILLING, "night", lane="bulk")
        work.commit()


def _asked(name: str, key: str) -> bool:
    jobs.enqueue(name, key, lane="bulk")
    return True


def _at_each(app: Flask, what: str, ask: Callable[[Tenant], bool], *, only: Container[str] | None = None) -> None:
    """Let `ask` look at each served tenant, bound, and say whether it wrote anything; one that cannot be entered must
    not keep the others waiting. `only`: the slugs to look at."""
    with app.app_context():
        for tenant in app.extensions["tenants"].all():
            if tenant.suspended or (only is not None and tenant.slug not in only):
                continue
            try:
                with bind(tenant):
                    if ask(tenant):
                        work.commit()
            except (DBAPIError, TenantError) as error:
                log.warning("could not ask", what=what, tenant=tenant.slug, error=str(error).splitlines()[0])


def tidy(app: Flask) -> None:
    """Once a night: forget rows of work that were done a week ago, and attempts that no limit counts any more."""
    with app.app_context():
        try:
            throttle.forget_old()
            forget_events()
            work.commit()
        except DBAPIError as error:
            log.warning("could not tidy", tenant=PLATFORM, error=str(error.orig))
        for tenant in (None, *app.extensions["tenants"].all()):
            place = Place(tenant)
            try:
                with place.transaction() as connection:
                    rows.forget_done(connection, place.table)
            except (DBAPIError, TenantError) as error:
                name = tenant.slug if tenant else PLATFORM
                log.warning("could not tidy", tenant=name, error=str(error).splitlines()[0])
    _empty_folders()
    _at_each(app, "online payments", lambda _tenant: paying.ask_if_any())
    _at_each(app, "uploads of documents", lambda _tenant: _asked(TIDY_DOCUMENTS, "night"))
    _at_each(app, "photographs in pieces", lambda _tenant: _asked(TIDY_WORKS, "night"))
    _at_each(app, "invitations of guests", lambda _tenant: _asked(EXPIRE_GUESTS, "night"))
    _at_each(app, "events for programs", lambda _tenant: _asked(TIDY_HOOKS, "night"))
    _at_each(app, "files", lambda _tenant: _asked(TIDY_FILES, "night"))


def _empty_folders() -> None:
    """Packages are personal data: those that were read long ago do not stay in the watched folders."""
    root = settings().imports_dir
    if root is None:
        return
    before = now() - timedelta(days=settings().imports_keep_days)
    for slug in watched.slugs(root):
        try:
            watched.forget(root, slug, before)
        except OSError as error:
            log.warning("could not empty a watched folder", folder=slug, error=str(error))


def _due(tenant: Tenant | None) -> Iterator[Ring]:
    place = Place(tenant)
    try:
        with place.transaction() as connection:
            found = rows.due(connection, place.table)
    except (DBAPIError, TenantError) as error:
        # One schema that cannot be entered must not keep the others waiting.
        log.warning("could not sweep", tenant=tenant.slug if tenant else PLATFORM, error=str(error).splitlines()[0])
        return
    for job_id, attempt, name, lane in found:
        yield Ring(tenant.id if tenant else None, tenant.schema if tenant else PLATFORM, job_id, attempt, name, lane)
