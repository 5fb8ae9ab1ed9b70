"""Reads of the ledger. Hot: hand-written statements into frozen rows.

Every function takes a unit that came out of `accounts.holdings`, so that no code of a foreign unit gets here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.paging import Page
from app.finances.rules import ACCOUNTS, KINDS
from tenants.db import db

LAST_ENTRIES = 24
PAGE_SIZE = 50
_NOW = "unit_code = :unit AND until_revision IS NULL"
_ORDER = "booked_on, entry"


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The balance of one settlement account (konto) in grosze; positive is owed."""

    kind: str
    grosze: int

    @property
    def label(self) -> str:
        return str(ACCOUNTS.get(self.kind, self.kind))


@dataclass(frozen=True, slots=True)
class Due:
    """The next day on which something falls due, and how much, in grosze."""

    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry (obrót), amounts and running balance in grosze."""

    date: date
    kind: str
    account: str
    title: str | None
    document: str | None
    period: str | None
    debit: int
    credit: int
    balance_after: int

    @property
    def kind_label(self) -> str:
        return str(KINDS.get(self.kind, self.kind))

    @property
    def month(self) -> str | None:
        """The period as people write it: `11/2026`."""
        return f"{self.period[5:]}/{self.period[:4]}" if self.period else None


@dataclass(frozen=True, slots=True)
class YearTotals:
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


_BALANCES = text(
    f"SELECT account, sum(debit - credit)::bigint FROM ledger_entries WHERE {_NOW} GROUP BY account ORDER BY account"
)
_DUE = text(
    f"SELECT due_on, sum(debit)::bigint FROM ledger_entries WHERE {_NOW} AND debit > 0 AND due_on >= :today "
    "GROUP BY due_on ORDER BY due_on LIMIT 1"
)
_COLUMNS = "booked_on, kind, account, title, document, period, debit, credit"
_LAST = text(
    f"SELECT {_COLUMNS} FROM ledger_entries WHERE {_NOW} ORDER BY booked_on DESC, entry DESC LIMIT {LAST_ENTRIES}"
)


def balances(_actor: Actor, unit: HeldUnit) -> list[AccountBalance]:
    """What is owed on each settlement account; their sum is the balance (saldo) of the unit."""
    rows = db.session.execute(_BALANCES, {"unit": unit.code}).all()
    found = {kind: AccountBalance(kind, grosze) for kind, grosze in rows}
    known = [found.pop(kind) for kind in ACCOUNTS if kind in found]
    return known + list(found.values())


def next_due(_actor: Actor, unit: HeldUnit, today: date) -> Due | None:
    row = db.session.execute(_DUE, {"unit": unit.code, "today": today}).first()
    return Due(*row) if row else None


def last_entries(_actor: Actor, unit: HeldUnit, balance: int) -> list[Entry]:
    """The newest entries, newest first; `balance` is the unit's balance after all of them."""
    entries: list[Entry] = []
    for row in db.session.execute(_LAST, {"unit": unit.code}):
        entries.append(Entry(*row, balance_after=balance))
        balance -= row.debit - row.credit
    return entries


def years(_actor: Actor, unit: HeldUnit) -> list[int]:
    """The years that have entries, newest first."""
    statement = text(
        f"SELECT DISTINCT extract(year FROM booked_on)::int AS y FROM ledger_entries WHERE {_NOW} ORDER BY y DESC"
    )
    return list(db.session.execute(statement, {"unit": unit.code}).scalars())


def entries_of_year(
    _actor: Actor, unit: HeldUnit, year: int, *, kind: str | None, account: str | None, page: int
) -> tuple[Page[Entry], YearTotals]:
    """One page of a year's entries, newest first, with the running balance of the account or of all accounts.

    `account` also restricts the totals and the running balance, `kind` only what is listed.
    """
    values: dict[str, Any] = {
        "unit": unit.code,
        "account": account,
        "kind": kind,
        "first": date(year, 1, 1),
        "last": date(year, 12, 31),
        "size": PAGE_SIZE,
        "skip": (page - 1) * PAGE_SIZE,
    }
    mine = f"{_NOW} AND (CAST(:account AS text) IS NULL OR account = :account)"
    totals = db.session.execute(
        text(
            "SELECT coalesce(sum(debit - credit) FILTER (WHERE booked_on < :first), 0)::bigint, "
            "coalesce(sum(debit) FILTER (WHERE booked_on BETWEEN :first AND :last), 0)::bigint, "
            "coalesce(sum(credit) FILTER (WHERE booked_on BETWEEN :first AND :last), 0)::bigint "
            f"FROM ledger_entries WHERE {mine}"
        ),
        values,
    ).one()
    rows = db.session.execute(
        text(
            f"SELECT {_COLUMNS}, balance_after, count(*) OVER () AS total FROM ("
            f"SELECT {_COLUMNS}, entry, sum(debit - credit) OVER (ORDER BY {_ORDER})::bigint AS balance_after "
            f"FROM ledger_entries WHERE {mine}) AS running "
            "WHERE booked_on BETWEEN :first AND :last AND (CAST(:kind AS text) IS NULL OR kind = :kind) "
            "ORDER BY booked_on DESC, entry DESC LIMIT :size OFFSET :skip"
        ),
        values,
    ).all()
    total = rows[0].total if rows else 0
    return Page([Entry(*row[:9]) for row in rows], page, PAGE_SIZE, total), YearTotals(*totals)
