"""One look at one manager: which step its unpaid invoices, or the end of its trial or subscription, ask for, and taking
it.

Ends units of work of its own. Nobody goes a step further while Stripe was not heard of for two days: a payment may
have come, and our own outage must cut off nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import structlog
from sqlalchemy import select, update

from app.billing import commands, mails, rules, state
from app.billing.state import Account, Standing
from app.core import audit, work
from app.core.actor import system
from app.core.clock import now, today
from app.core.errors import Conflict, Refused
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
    known = state.standing(found, moment)
    wanted = rules.next_stage(found.stage, found.stage_since, known.since, moment, state.steps())
    if rules.STAGES.index(wanted) > rules.STAGES.index(found.stage) and deaf(found):
        log.warning("billing waits to hear Stripe", tenant=slug, stage=found.stage)
        wanted = found.stage
    work.commit()
    if wanted != found.stage:
        try:
            _take(tenant_id, slug, found.stage, wanted, moment, _reason(known))
        except Conflict:  # somebody closes it, or has just switched it: another night looks again
            work.rollback()
            log.info("billing leaves a manager as it is", tenant=slug, stage=found.stage, wanted=wanted)
            return found.stage
    if wanted in mails.TOLD_IN:
        _tell(slug, replace(found, stage=wanted, stage_since=_since(found, wanted, moment)), moment)
    return wanted


def deaf(found: Account) -> bool:
    """Whether Stripe may have something to say of this manager and was not heard lately."""
    if found.stripe_customer is None or (found.collection == "hand" and not state.online()):
        return False
    return found.synced_at is None or now() - found.synced_at > HEARD


def _reason(known: Standing) -> str:
    """Why a portal is closed, for operators."""
    debt, trial, subscription = _reasons()
    if known.overdue is not None or known.lapse is None:
        return debt
    return trial if known.lapse.kind == "trial" else subscription


def _reasons() -> tuple[str, str, str]:
    return _("Nieopłacony abonament"), _("Skończył się okres próbny"), _("Skończyła się subskrypcja")


def _since(found: Account, stage: str, day: date) -> date | None:
    return found.stage_since if stage == found.stage else day


def _take(tenant_id: int, slug: str, before: str, after: str, day: date, reason: str) -> None:
    if "suspended" in (before, after):
        _switch(slug, reason, on=before == "suspended")
    row = commands.row_of(tenant_id)
    row.stage, row.stage_since = after, day
    db.session.execute(
        update(TenantRow).where(TenantRow.id == tenant_id).values(standing=rules.STANDINGS.get(after, "good"))
    )
    audit.record(_ACTOR, "billing.stage", slug, before={"stage": before}, after={"stage": after})
    work.commit()


def _switch(slug: str, reason: str, *, on: bool) -> None:
    """Close or open the whole portal; what an operator did meanwhile stays."""
    wanted = select(TenantRow.status, TenantRow.status_reason).where(TenantRow.slug == slug)
    status, said = db.session.execute(wanted).one()
    if (status == "active") == on or (on and said not in _reasons()):
        return
    if on:
        operators.resume(_ACTOR, slug, _("Abonament uregulowany"))
    else:
        operators.suspend(_ACTOR, slug, reason)
    work.commit()


def _tell(slug: str, found: Account, day: date) -> None:
    """Write the letter that is due, if any; each is written once."""
    standing, steps = state.standing(found, day), state.steps()
    letters: list[Callable[[], int]] = []
    if standing.overdue is not None and standing.stage != "good":
        owed = rules.reminder(standing.overdue.since, day, steps)
        letters.append(lambda: mails.warn(standing, owed))
    if standing.lapse is not None and not deaf(found):
        ended = rules.reminder(standing.lapse.since, day, steps)
        if ended == 0 or (standing.overdue is None and standing.stage != "good"):
            letters.append(lambda: mails.tell_of_lapse(standing, ended, steps))
    elif (left := ending_trial(found, day)) is not None:
        letters.append(lambda: mails.tell_of_end(found, left, steps))
    if not letters:
        return
    try:
        tenant = managers.tenant(slug)
    except Refused:
        return
    db.session.rollback()
    if tenant.suspended:
        return
    with bind(tenant):
        for write in letters:
            write()
        work.commit()


def ending_trial(found: Account, day: date) -> int | None:
    """The days that are left of a trial whose end is near, with nothing agreed for the time after it."""
    if found.subscribed or found.by_hand or found.trial_until is None or deaf(found):
        return None
    return found.trial_left(day) if rules.trial_mark(found.trial_until, day) else None
