"""What operators do with all managers: have figures gathered, and have failed work tried again."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core import audit, jobs, work
from app.core.actor import Actor
from app.core.errors import Conflict, NotThere
from app.core.language import gettext as _
from app.fleet import figures
from app.fleet.jobs import GATHER_ALL
from app.operators import queries
from app.operators.queries import only_operators
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.errors import TenantError

_AGAIN = (
    "UPDATE {table} SET state = 'waiting', failures = 0, error = NULL, finished_at = NULL, run_after = now() "
    "WHERE id = :id AND state = 'failed' RETURNING id, attempt, name, lane"
)


def refresh_all(actor: Actor) -> None:
    """Have all served managers gather their figures. Raises `NotThere`."""
    only_operators(actor)
    jobs.enqueue(GATHER_ALL, "figures", lane="bulk")
    audit.record(actor, "fleet.refreshed", "-")


def refresh(actor: Actor, slug: str) -> None:
    """Gather one manager's figures now. Raises `NotThere`, and `Conflict` when its schema cannot be read."""
    only_operators(actor)
    tenant = queries.tenant(slug)
    try:
        with bind(tenant):
            figures.store(figures.read())
    except (DBAPIError, TenantError):
        raise Conflict(
            _("Nie udało się odczytać danych tego zarządcy. Sprawdź, czy jego baza jest aktualna.")
        ) from None
    audit.record(actor, "fleet.refreshed", tenant.slug)


def retry(actor: Actor, slug: str, job_id: int) -> bool:
    """Have a failed job of a manager tried once more; False when it no longer waits for that.

    Written in the manager's log and the platform's. Ends a unit of work in the manager's schema. Raises `NotThere`,
    and `Conflict` when the same work was asked for anew meanwhile.
    """
    only_operators(actor)
    tenant = queries.tenant(slug)
    with bind(tenant):
        name = _again(job_id, "jobs")
        if name is None:
            return False
        audit.record(actor, "job.retried", name)
        work.commit()
    audit.record(actor, "job.retried", tenant.slug, job=name)
    return True


def retry_platform(actor: Actor, job_id: int) -> bool:
    """As `retry`, for the platform's own work."""
    only_operators(actor)
    name = _again(job_id, f"{PLATFORM}.jobs")
    if name is None:
        return False
    audit.record(actor, "job.retried", PLATFORM, job=name)
    return True


def _again(job_id: int, table: str) -> str | None:
    """Put the row back to waiting and ring for it; its name, or None when it had not failed."""
    where = {"bind": db.engines[PLATFORM]} if table != "jobs" else {}
    known = db.session.execute(
        text(f"SELECT state FROM {table} WHERE id = :id"), {"id": job_id}, bind_arguments=where
    ).scalar_one_or_none()
    if known is None:
        raise NotThere(_("Nie ma takiego zadania."))
    try:
        row = db.session.execute(text(_AGAIN.format(table=table)), {"id": job_id}, bind_arguments=where).one_or_none()
    except IntegrityError:  # one live row stands for a key
        raise Conflict(_("To samo zadanie czeka już na wykonanie.")) from None
    if row is None:
        return None
    work.ask(row.id, row.attempt, row.name, row.lane)
    return str(row.name)
