"""One look at one manager: which step its unpaid invoices ask for, and taking it.

Ends units of work of its own. Nobody goes a step further while Stripe was not heard of for two days: a payment may
have come, and our own outage must cut off nobody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import structlog
from sqlalchemy import select, update

from app.billing import commands, mails, rules, state
from app.billing.state import Account
from app.core import audit, work
from app.core.actor import system
from app.core.clock import now, today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.operators import commands as operators
from app.operators import queries as managers
from tenants.context import bind
from tenants.db import db
from tenants.models import TenantRow

HEARD = timedelta(days=2)
_ACTOR = system("billing")
log = structlog.get_logger("osiedle.billing")


def look(tenant_id: int, day: date | None = None) -> str:
    """Take the step that is due, warn, and return the stage. Unbound; may be called again on the same day."""
    moment = day or today()
    tenant = db.session.get(TenantRow, tenant_id)
    if tenant is None:
        return "good"
    slug, row = tenant.slug, commands.row_of(tenant_id)
    found = state.read(row)
    late = state.overdue(tenant_id, moment)
    wanted = rules.next_stage(found.stage, found.stage_since, late.since if late else None, moment, state.steps())
    if rules.STAGES.index(wanted) > rules.STAGES.index(found.stage) and deaf(found):
        log.warning("billing waits to hear Stripe", tenant=slug, stage=found.stage)
        wanted = found.stage
    work.commit()
    if wanted != found.stage:
        _take(tenant_id, slug, found.stage, wanted, moment)
    if wanted in mails.TOLD_IN:
        _warn(slug, replace(found, stage=wanted, stage_since=_since(found, wanted, moment)), moment)
    return wanted


def deaf(found: Account) -> bool:
    """Whether Stripe has something to say of this manager and was not heard lately."""
    if found.stripe_subscription is None:
        return False
    return found.synced_at is None or now() - found.synced_at > HEARD


def _since(found: Account, stage: str, day: date) -> date | None:
    return found.stage_since if stage == found.stage else day


def _take(tenant_id: int, slug: str, before: str, after: str, day: date) -> None:
    if "suspended" in (before, after):
        _switch(slug, on=before == "suspended")
    row = commands.row_of(tenant_id)
    row.stage, row.stage_since = after, day
    db.session.execute(
        update(TenantRow).where(TenantRow.id == tenant_id).values(standing=rules.STANDINGS.get(after, "good"))
    )
    audit.record(_ACTOR, "billing.stage", slug, before={"stage": before}, after={"stage": after})
    work.commit()


def _switch(slug: str, *, on: bool) -> None:
    """Close or open the whole portal; what an operator did meanwhile stays."""
    status = db.session.scalar(select(TenantRow.status).where(TenantRow.slug == slug))
    if (status == "active") == on:
        return
    reason = _("Abonament opłacony") if on else _("Nieopłacony abonament")
    (operators.resume if on else operators.suspend)(_ACTOR, slug, reason)
    work.commit()


def _warn(slug: str, found: Account, day: date) -> None:
    standing = state.standing(found, day)
    if standing.overdue is None:
        return
    number = rules.reminder(standing.overdue.since, day, state.steps())
    try:
        tenant = managers.tenant(slug)
    except Refused:
        return
    db.session.rollback()
    if tenant.suspended:
        return
    with bind(tenant):
        mails.warn(standing, number)
        work.commit()
