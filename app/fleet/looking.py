"""One manager looked at now: its figures out of its own schema, and its work. Counts and moments only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.actor import Actor
from app.core.clock import local, now
from app.fleet import figures, plans, queries, rules
from app.fleet.figures import Figures
from app.fleet.queries import Line
from app.operators import queries as operators
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.errors import TenantError

log = structlog.get_logger("osiedle.fleet")
MOST_JOBS = 100
# Neither keys nor arguments: either may hold what a resident typed.
_JOBS = (
    "SELECT id, name, lane, state, attempt, run_after, created_at, finished_at, error FROM {table} "
    "WHERE state <> 'done' ORDER BY state <> 'failed', state <> 'running', coalesce(finished_at, run_after) DESC "
    f"LIMIT {MOST_JOBS}"
)


@dataclass(frozen=True, slots=True)
class Work:
    """A piece of work that is not done. `error` is what operators may read of what went wrong."""

    id: int
    name: str
    lane: str
    state: str
    attempt: int
    run_after: datetime
    created_at: datetime
    finished_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A manager as it is now. `live` is False when its schema could not be read; then `figures` are the gathered ones,
    if there are any. `usages` are what is used of its plan."""

    line: Line
    live: bool
    figures: Figures | None
    usages: tuple[rules.Usage, ...]


def look(actor: Actor, slug: str) -> Looked:
    """The manager of this slug. Raises `NotThere`."""
    line = queries.line(actor, slug)
    limits = plans.limits_of(line.plan)
    tenant = operators.tenant(slug)
    found, live = line.figures, True
    try:
        with bind(tenant):
            found = figures.read()
    except (DBAPIError, TenantError) as error:  # a schema that is far behind; the page must still be shown
        log.warning("could not look", tenant=tenant.slug, error=type(error).__name__)
        live = False
    return Looked(line, live, found, used(limits, found))


def used(limits: rules.Limits, found: Figures | None) -> tuple[rules.Usage, ...]:
    """What is used of the limits; nothing while nobody has counted."""
    if found is None:
        return ()
    letters = rules.letters_of(local(now()), local(found.gathered_at), found.letters_month)
    return rules.usages(limits, units=found.units, storage=found.files_size + found.tables_size, letters=letters)


def work_of(actor: Actor, slug: str) -> list[Work] | None:
    """What is not done of a manager's work, None when its schema cannot be read. Raises `NotThere`."""
    operators.only_operators(actor)
    tenant = operators.tenant(slug)
    try:
        with bind(tenant):
            return _work("jobs")
    except (DBAPIError, TenantError) as error:
        log.warning("could not look", tenant=tenant.slug, error=type(error).__name__)
        return None


def platform_work(actor: Actor) -> list[Work]:
    """What is not done of the platform's own work. Raises `NotThere`."""
    operators.only_operators(actor)
    return _work("platform.jobs", platform=True)


def _work(table: str, platform: bool = False) -> list[Work]:
    where = {"bind": db.engines[PLATFORM]} if platform else {}
    rows = db.session.execute(text(_JOBS.format(table=table)), bind_arguments=where).all()
    return [Work(**row._asdict() | {"error": rules.said_of(row.error)}) for row in rows]
