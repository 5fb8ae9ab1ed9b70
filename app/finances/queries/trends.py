"""What people would rather look at than read: months of charges by component, months of balances."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.finances import tariff
from app.finances.queries.charges import charges
from app.finances.queries.ledger import NOW
from app.finances.tariff import Line
from tenants.db import db


def months_back(today: date, count: int, since: date | None = None) -> list[date]:
    """The first days of this month and of those before it, oldest first: `count` of them, none older than `since`."""
    found, first = list[date](), today.replace(day=1)
    while len(found) < count and (since is None or first >= since.replace(day=1)):
        found.append(first)
        if first == date.min:
            break
        first = (first - timedelta(days=1)).replace(day=1)
    return found[::-1]


def charges_by_month(actor: Actor, unit: HeldUnit, months: list[date]) -> list[tuple[date, list[Line]]]:
    """What the unit was charged by on the first day of each of these months.

    Nothing where the actor may not see the charges of the unit.
    """
    if not months:
        return []
    lines = charges(actor, unit, months[0])
    return [(month, tariff.in_force(lines, month)) for month in months]


def balance_by_month(_actor: Actor, unit: HeldUnit, months: list[date]) -> list[tuple[date, int]]:
    """The balance in grosze at the end of each of these months, which follow each other; of the last one as it is now.

    Months before the first entry of the unit are left out.
    """
    if not months:
        return []
    rows = db.session.execute(
        text(
            "SELECT date_trunc('month', least(greatest(booked_on, :first), :last))::date AS month, "
            f"sum(debit - credit)::bigint FROM ledger_entries WHERE {NOW} GROUP BY month"
        ),
        {"unit": unit.code, "first": months[0], "last": months[-1]},
    ).all()
    moved = {month: int(grosze) for month, grosze in rows}
    balance, found = 0, list[tuple[date, int]]()
    for month in months:
        balance += moved.get(month, 0)
        if found or month in moved:
            found.append((month, balance))
    return found
