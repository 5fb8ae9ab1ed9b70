"""The entries of a unit over any period, with the running balance and the totals of years and months.

The actor's own discretion holds here as well: somebody else's housing allowance is a payment like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.paging import Page
from app.finances.discretion import LEDGER, reader
from app.finances.queries.ledger import COLUMNS, NEWEST, NOW, Entry
from tenants.db import db

PAGE_SIZE = 100
OLDEST_FIRST = "booked_on, entry"
_MINE = f"FROM {LEDGER} AS ledger WHERE {NOW} AND (CAST(:account AS text) IS NULL OR account = :account)"
_WITHIN = "booked_on BETWEEN :first AND :last"
_LISTED = f"{_WITHIN} AND (CAST(:kind AS text) IS NULL OR kind = :kind)"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries somebody asks for: both days inclusive, None is open; `account` narrows also the balance, `kind`
    only what is listed."""

    first: date | None = None
    last: date | None = None
    kind: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """A period in grosze: the balance before it, what was charged and paid, the balance at its end."""

    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


@dataclass(frozen=True, slots=True)
class Sums:
    """The totals of what was asked for, and of those listed how many, and what they were charged and paid."""

    whole: Totals
    rows: int
    debit: int
    credit: int


def years(_actor: Actor, unit: HeldUnit) -> list[int]:
    """The years that have entries, newest first."""
    statement = text(
        f"SELECT DISTINCT extract(year FROM booked_on)::int AS y FROM ledger_entries WHERE {NOW} "
        "AND booked_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY y DESC"
    )
    return list(db.session.execute(statement, {"unit": unit.code, "since": unit.since}).scalars())


def accounts(_actor: Actor, unit: HeldUnit) -> list[str]:
    """The settlement accounts that the unit has entries on."""
    statement = text(f"SELECT DISTINCT account FROM ledger_entries WHERE {NOW} ORDER BY account")
    return list(db.session.execute(statement, {"unit": unit.code}).scalars())


def sums(actor: Actor, unit: HeldUnit, asked: Asked) -> Sums:
    """What was booked from before the unit's holders got it is in the opening balance."""
    row = db.session.execute(
        text(
            "SELECT coalesce(sum(debit - credit) FILTER (WHERE booked_on < :first), 0)::bigint, "
            f"coalesce(sum(debit) FILTER (WHERE {_WITHIN}), 0)::bigint, "
            f"coalesce(sum(credit) FILTER (WHERE {_WITHIN}), 0)::bigint, "
            f"count(*) FILTER (WHERE {_LISTED}), "
            f"coalesce(sum(debit) FILTER (WHERE {_LISTED}), 0)::bigint, "
            f"coalesce(sum(credit) FILTER (WHERE {_LISTED}), 0)::bigint {_MINE}"
        ),
        _values(actor, unit, asked),
    ).one()
    return Sums(Totals(*row[:3]), *row[3:])


def entries(actor: Actor, unit: HeldUnit, asked: Asked, page: int = 1, size: int = PAGE_SIZE) -> Page[Entry]:
    """One page of what was asked for, newest first, each with the balance after it of the account or of all."""
    rows = db.session.execute(
        text(
            f"SELECT {COLUMNS}, balance_after, due_on, count(*) OVER () AS total FROM ("
            f"SELECT {COLUMNS}, due_on, entry, "
            f"sum(debit - credit) OVER (ORDER BY {OLDEST_FIRST})::bigint AS balance_after {_MINE}) AS running "
            f"WHERE {_LISTED} ORDER BY {NEWEST} LIMIT :size OFFSET :skip"
        ),
        _values(actor, unit, asked) | {"size": size, "skip": (page - 1) * size},
    ).all()
    return Page([Entry(*row[:10]) for row in rows], page, size, rows[0].total if rows else 0)


def months(actor: Actor, unit: HeldUnit, asked: Asked) -> dict[date, Totals]:
    """The totals of each month of the period that has entries, by its first day, oldest first; of every kind."""
    rows = db.session.execute(
        text(
            "SELECT date_trunc('month', greatest(booked_on, :first))::date AS month, "
            "sum(debit) FILTER (WHERE booked_on >= :first), sum(credit) FILTER (WHERE booked_on >= :first), "
            "sum(debit - credit) FILTER (WHERE booked_on < :first) "
            f"{_MINE} AND booked_on <= :last GROUP BY month ORDER BY month"
        ),
        _values(actor, unit, asked),
    ).all()
    found: dict[date, Totals] = {}
    balance = 0
    for month, debit, credit, before in rows:
        balance += int(before or 0)
        if debit is None:
            continue  # nothing but what was before the period
        found[month] = Totals(balance, int(debit), int(credit))
        balance = found[month].closing
    return found


def _values(actor: Actor, unit: HeldUnit, asked: Asked) -> dict[str, Any]:
    since = unit.since or date.min
    return {
        **reader(actor, unit),
        "account": asked.account,
        "kind": asked.kind,
        "first": max(asked.first or date.min, since),
        "last": asked.last or date.max,
    }
