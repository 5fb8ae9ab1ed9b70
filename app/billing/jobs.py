"""Background work of billing."""

from __future__ import annotations

from app.billing import commands, dunning, state, subscribing
from app.billing.commands import BUYER_JOB, LOOK_JOB
from app.core import events, jobs, work
from app.core.actor import system
from app.core.jobs import job
from app.stripe_events.handing import on_event
from tenants.bound import current

NIGHT_JOB = "billing.night"
RECONCILE_JOB = "billing.reconcile"
UNITS_JOB = "billing.units"


@job(LOOK_JOB, platform=True)
def look(tenant_id: int) -> None:
    """Take the step that one manager's unpaid invoices, or the end of its trial, ask for."""
    dunning.look(tenant_id)


@job(NIGHT_JOB, platform=True)
def night() -> None:
    """Once a night: have Stripe asked about everybody it knows, and those looked at that owe something, or did, or
    whose trial or subscription ends.
    """
    if state.online():
        for tenant_id in state.known_to_stripe():
            jobs.enqueue(RECONCILE_JOB, str(tenant_id), {"tenant_id": tenant_id}, lane="bulk")
    for tenant_id in state.to_watch():
        jobs.enqueue(LOOK_JOB, str(tenant_id), {"tenant_id": tenant_id}, lane="bulk")


@job(RECONCILE_JOB, platform=True)
def reconcile(tenant_id: int) -> None:
    """Mend what no event told about one manager."""
    subscribing.reconcile(system("billing"), tenant_id)


@job(UNITS_JOB)
def units() -> None:
    """Count the manager's units: the price follows them, also at Stripe."""
    counted = state.counted_units()
    commands.note_units(counted)
    work.commit()
    if state.online():
        subscribing.tell_units(current().id, counted)


@job(BUYER_JOB)
def buyer() -> None:
    """Bring the data that stand on the manager's invoices to Stripe."""
    if state.online():
        subscribing.tell_buyer(current().id)


@events.on("imports.published")
@events.on("imports.undone")
def _books_changed(revision: int) -> None:
    jobs.enqueue(UNITS_JOB, "units", lane="bulk")


for _prefix in ("customer.subscription.", "invoice.", "checkout.session."):
    on_event(_prefix, subscribing.hear)
