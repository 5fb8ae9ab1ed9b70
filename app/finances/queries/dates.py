"""On which days money was and will be: what falls due, payments, settlements, and how a unit is used to be charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.finances.discretion import LEDGER, reader
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Dated:
    """`kind` is `due` (all that falls due on a day), `payment` or `settlement` (owed when positive), in grosze.

    `period` is the newest one of what falls due (`2026-11`); `entry` is empty for `due`.
    """

    kind: str
    day: date
    amount: int
    title: str | None
    period: str | None
    entry: str


@dataclass(frozen=True, slots=True)
class LastCharge:
    """The newest month charged, by its first day, and when most of it fell due."""

    month: date
    due_on: date


_DATED = text(
    f"WITH mine AS (SELECT * FROM {LEDGER} AS ledger WHERE unit_code = :unit AND until_revision IS NULL "
    "AND booked_on >= coalesce(CAST(:since AS date), '-infinity') "
    "AND (booked_on BETWEEN :first AND :last OR due_on BETWEEN :first AND :last)) "
    "SELECT 'due', due_on, sum(debit)::bigint, NULL, max(period), '' FROM mine "
    # a correction only moves sums between accounts as often as not, so it is nothing to pay by a day
    "WHERE debit > 0 AND kind <> 'correction' AND due_on BETWEEN :first AND :last GROUP BY due_on "
    "UNION ALL SELECT 'settlement', booked_on, debit - credit, title, period, entry FROM mine "
    "WHERE booked_on BETWEEN :first AND :last AND kind = 'settlement' "
    # one transfer is often booked in parts, on several settlement accounts
    "UNION ALL SELECT 'payment', booked_on, sum(credit)::bigint, title, max(period), min(entry) FROM mine "
    "WHERE booked_on BETWEEN :first AND :last AND kind IN ('payment', 'allowance') AND credit > 0 "
    "GROUP BY booked_on, title"
)
_LAST = text(
    "SELECT to_date(period, 'YYYY-MM'), mode() WITHIN GROUP (ORDER BY due_on) FROM ledger_entries "
    "WHERE unit_code = :unit AND until_revision IS NULL AND kind = 'charge' AND due_on IS NOT NULL "
    "AND period IS NOT NULL AND booked_on >= coalesce(CAST(:since AS date), '-infinity') "
    "GROUP BY period ORDER BY period DESC LIMIT 1"
)


def dated(actor: Actor, unit: HeldUnit, first: date, last: date) -> list[Dated]:
    """What falls due, was paid or settled between two days, of those who hold the unit now."""
    if not unit.sight.balance:
        return []
    values = {**reader(actor, unit), "first": first, "last": last, "since": unit.since}
    return [Dated(*row) for row in db.session.execute(_DATED, values)]


def last_charge(_actor: Actor, unit: HeldUnit) -> LastCharge | None:
    """The newest month charged to those who hold the unit now."""
    if not unit.sight.balance:
        return None
    row = db.session.execute(_LAST, {"unit": unit.code, "since": unit.since}).first()
    return LastCharge(*row) if row else None
