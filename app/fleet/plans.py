"""The plans that managers are on, and what each is meant for: as operators set it, at first as the price list says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, case, func, literal, null, select
from sqlalchemy.dialects.postgresql import insert

from app.billing.models import BillingAccount
from app.billing.plans import PLANS
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.fleet.models import PlanLimits
from app.fleet.rules import GIGABYTE, MOST_GIGABYTES, MOST_LETTERS, MOST_UNITS, Limits, checked_limit
from app.operators.queries import only_operators
from tenants.db import db

#: The code of those who are on no plan.
NONE = ""
CODES = (*PLANS, NONE)
#: The plan of a manager's row, for queries that join `BillingAccount`.
PLAN: ColumnElement[str] = func.coalesce(BillingAccount.plan, NONE)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan with its limits; `changed_by` is None while they are those of the price list."""

    code: str
    name: str
    limits: Limits
    changed_by: str | None
    changed_at: datetime | None


def name_of(code: str | None) -> str:
    """A plan in words."""
    plan = PLANS.get(code or NONE)
    if plan is not None:
        return str(plan.name)
    return code or _("bez planu")


def initial(code: str) -> Limits:
    """What the price list says that a plan is meant for."""
    plan = PLANS.get(code)
    return Limits(storage=plan.storage_gb * GIGABYTE) if plan else Limits()


def storage_limit() -> ColumnElement[Any]:
    """The limit of room in bytes of a manager's row, for queries that join `PlanLimits`; NULL without one."""
    listed = {code: literal(plan.storage_gb * GIGABYTE, BigInteger) for code, plan in PLANS.items()}
    first = case(listed, value=PLAN, else_=null()) if listed else null()
    return case((PlanLimits.plan.is_(None), first), else_=PlanLimits.storage)


def lines(actor: Actor) -> list[PlanLine]:
    """All plans with their limits. Operators only; raises `NotThere`."""
    only_operators(actor)
    rows = {row.plan: row for row in db.session.scalars(select(PlanLimits))}
    return [_line(code, rows.get(code)) for code in CODES]


def limits_of(code: str) -> Limits:
    """What a plan is meant for."""
    return _line(code, db.session.get(PlanLimits, code)).limits


def set_limits(actor: Actor, code: str, *, units: str, gigabytes: str, letters: str) -> None:
    """Set the limits of a plan as they were typed. Raises `NotThere`, `Refused` with the field."""
    only_operators(actor)
    if code not in CODES:
        raise NotThere(_("Nie ma takiego planu."))
    room = checked_limit(gigabytes, "gigabytes", MOST_GIGABYTES)
    wanted = Limits(
        checked_limit(units, "units", MOST_UNITS),
        None if room is None else room * GIGABYTE,
        checked_limit(letters, "letters", MOST_LETTERS),
    )
    before = limits_of(code)
    if before == wanted:
        return
    values = {**_values(wanted), "changed_by": actor.login, "changed_at": now()}
    row = insert(PlanLimits).values(plan=code, **values)
    db.session.execute(row.on_conflict_do_update(index_elements=["plan"], set_=values))
    audit.record(actor, "plan.limits_changed", code or "-", before=_values(before), after=_values(wanted))


def _values(limits: Limits) -> dict[str, int | None]:
    return {"units": limits.units, "storage": limits.storage, "letters": limits.letters}


def _line(code: str, row: PlanLimits | None) -> PlanLine:
    if row is None:
        return PlanLine(code, name_of(code), initial(code), None, None)
    return PlanLine(code, name_of(code), Limits(row.units, row.storage, row.letters), row.changed_by, row.changed_at)
