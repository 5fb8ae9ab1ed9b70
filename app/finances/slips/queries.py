"""What a slip is filled with: the charges of the month, and who pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.estate import queries as estate
from app.finances.slips.order import Sender
from tenants.db import db

_CHARGES = text(
    "SELECT due_on, max(period) AS period, sum(debit)::bigint AS amount FROM ledger_entries "
    "WHERE unit_code = :unit AND until_revision IS NULL AND kind = 'charge' AND debit > 0 AND due_on IS NOT NULL "
    "AND booked_on >= coalesce(CAST(:since AS date), '-infinity') "
    "GROUP BY due_on ORDER BY due_on < :today, abs(due_on - :today) LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class CurrentCharge:
    """What is charged with one due day: the next one, or the last one when nothing more is booked; in grosze.

    `period` is the month, `2026-11`, or None.
    """

    due_on: date
    period: str | None
    grosze: int


def current_charge(_actor: Actor, unit: HeldUnit, today: date) -> CurrentCharge | None:
    """The charge that people call the current one; None when the books hold none."""
    row = db.session.execute(_CHARGES, {"unit": unit.code, "since": unit.since, "today": today}).one_or_none()
    return CurrentCharge(row.due_on, row.period, row.amount) if row else None


def sender(actor: Actor, unit: HeldUnit, today: date) -> Sender:
    """The resident's own name and address, as in the books; where these have none, the account and the unit."""
    try:
        person = estate.resident(actor, actor.person_code, today) if actor.person_code else None
    except NotThere:
        person = None
    if person is None:
        return Sender(actor.name, unit.address_line)
    return Sender(person.name, person.address or unit.address_line)
