"""Balances of units as programs read them: by code, page by page, with what is late and what is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.estate import scope
from app.finances.rules import ACCOUNTS
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which units: those after a code, at most so many. What is booked after the day `on` is left out."""

    size: int
    today: date
    after: str | None = None
    unit: str | None = None
    building: str | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class UnitBalance:
    """How a unit stands in grosze; positive is owed. `overdue` has passed its term, `pending` is on its way and not
    in the balance."""

    unit: str
    balance: int
    accounts: dict[str, int]
    overdue: int
    pending: int


_SUM = "coalesce(sum(e.debit - e.credit){0}, 0)::bigint"
# Credits pay the oldest dues first, whatever account they were booked on: what is late is what fell due before the day
# less all credits (art. 451 § 3 k.c.).
_BALANCES = text(
    "WITH page AS MATERIALIZED (SELECT u.code FROM units u WHERE u.until_revision IS NULL "
    f'AND {scope.buildings("u.building_code")} AND (CAST(:after AS text) IS NULL OR u.code COLLATE "C" > :after) '
    "AND (CAST(:unit AS text) IS NULL OR u.code = :unit) "
    "AND (CAST(:building AS text) IS NULL OR u.building_code = :building) "
    'ORDER BY u.code COLLATE "C" LIMIT :size) '
    f"SELECT page.code, {_SUM.format('')} AS balance, "
    + ", ".join(
        f"{_SUM.format(f' FILTER (WHERE e.account = {chr(39)}{account}{chr(39)})')} AS {account}"
        for account in ACCOUNTS
    )
    + ", greatest(coalesce(sum(e.debit) FILTER (WHERE coalesce(e.due_on, e.booked_on) < :day), 0) "
    "- coalesce(sum(e.credit), 0), 0)::bigint AS overdue, "
    "(SELECT coalesce(sum(p.amount), 0)::bigint FROM pending_payments p WHERE p.unit_code = page.code "
    "AND p.state = 'pending') AS pending "
    "FROM page LEFT JOIN ledger_entries e ON e.unit_code = page.code AND e.until_revision IS NULL "
    'AND (CAST(:on AS date) IS NULL OR e.booked_on <= :on) GROUP BY page.code ORDER BY page.code COLLATE "C"'
)


def unit_balances(actor: Actor, wanted: Wanted) -> list[UnitBalance]:
    """Balances of units in the actor's buildings; 0 of one without entries. Raises `NotThere`."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    values = {
        "size": wanted.size, "after": wanted.after, "unit": wanted.unit, "building": wanted.building,
        "on": wanted.on, "day": wanted.on or wanted.today,
    }  # fmt: skip
    rows = db.session.execute(_BALANCES, {**values, **scope.values(actor)})
    return [
        UnitBalance(row.code, row.balance, {name: getattr(row, name) for name in ACCOUNTS}, row.overdue, row.pending)
        for row in rows
    ]
