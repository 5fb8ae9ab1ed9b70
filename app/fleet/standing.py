"""How the bound manager stands towards the limits of its plan, for whoever runs its office."""

from __future__ import annotations

from sqlalchemy import select

from app.billing.models import BillingAccount
from app.core.actor import Actor, Can
from app.core.clock import local, now
from app.fleet import plans, rules
from app.fleet.models import PlanLimits, TenantFigures
from tenants.bound import current
from tenants.db import PLATFORM, db


def nearly_used(actor: Actor) -> list[rules.Usage]:
    """The limits of the bound manager's plan of which 80 % or more are used, as gathered last; for administrators."""
    if not actor.may(Can.CONFIGURE):
        return []
    statement = (
        select(
            TenantFigures.gathered_at, TenantFigures.units, TenantFigures.letters_month,
            (TenantFigures.files_size + TenantFigures.tables_size).label("room"), plans.PLAN.label("plan"),
            PlanLimits.plan.label("set"), PlanLimits.units.label("most_units"), PlanLimits.storage,
            PlanLimits.letters.label("most_letters"),
        )
        .outerjoin(BillingAccount, BillingAccount.tenant_id == TenantFigures.tenant_id)
        .outerjoin(PlanLimits, PlanLimits.plan == plans.PLAN)
        .where(TenantFigures.tenant_id == current().id)
    )  # fmt: skip
    with db.engines[PLATFORM].connect() as connection:
        row = connection.execute(statement).one_or_none()
    if row is None:
        return []
    limits = plans.initial(row.plan)
    if row.set is not None:
        limits = rules.Limits(row.most_units, row.storage, row.most_letters)
    letters = rules.letters_of(local(now()), local(row.gathered_at), row.letters_month)
    found = rules.usages(limits, units=row.units, storage=row.room, letters=letters)
    return [one for one in found if one.state != "free"]
