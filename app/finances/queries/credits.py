"""Credits of housing allowances on a unit's account, as far as they are the reader's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.finances.discretion import LEDGER, reader
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit in grosze; `month` is the first day of the month that it is for."""

    booked_on: date
    month: date
    amount: int


_CREDITS = text(
    "SELECT booked_on, coalesce(to_date(period, 'YYYY-MM'), date_trunc('month', booked_on)::date), credit "
    f"FROM {LEDGER} AS ledger WHERE unit_code = :unit AND until_revision IS NULL AND kind = 'allowance' "
    "AND credit > 0 AND booked_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY booked_on, entry"
)


def allowance_credits(actor: Actor, unit: HeldUnit) -> list[Credit]:
    """What the actor's own allowance was credited with, oldest first; nothing of a unit whose account is not theirs."""
    if not unit.sight.balance:
        return []
    values = {**reader(actor, unit), "since": unit.since}
    return [Credit(*row) for row in db.session.execute(_CREDITS, values)]
