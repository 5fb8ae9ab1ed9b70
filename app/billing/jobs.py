"""Background work of billing."""

from __future__ import annotations

from app.billing import commands, dunning, queries
from app.billing.commands import LOOK_JOB
from app.core import events, jobs, work
from app.core.jobs import job

NIGHT_JOB = "billing.night"
UNITS_JOB = "billing.units"


@job(LOOK_JOB, platform=True)
def look(tenant_id: int) -> None:
    """Take the step that one manager's unpaid invoices ask for."""
    dunning.look(tenant_id)


@job(NIGHT_JOB, platform=True)
def night() -> None:
    """Once a night: have every manager looked at that owes something, or did."""
    for tenant_id in queries.to_watch():
        jobs.enqueue(LOOK_JOB, str(tenant_id), {"tenant_id": tenant_id}, lane="bulk")


@job(UNITS_JOB)
def units() -> None:
    """Count the manager's units: the price follows them."""
    commands.note_units(queries.counted_units())
    work.commit()


@events.on("imports.published")
@events.on("imports.undone")
def _books_changed(revision: int) -> None:
    jobs.enqueue(UNITS_JOB, "units", lane="bulk")
