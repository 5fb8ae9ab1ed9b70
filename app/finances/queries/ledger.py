"""What a unit owes, and the entries that made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.estate import scope
from app.finances.rules import ACCOUNTS, KINDS
from tenants import reading
from tenants.db import db

LAST_ENTRIES = 24
PAGE_SIZE = 50
_NOW = "unit_code = :unit AND until_revision IS NULL"
_ORDER = "booked_on, entry"
_NEWEST = "booked_on DESC, entry DESC"


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
class Standing:
    """How a unit stands now: balance in grosze (positive is owed), of what it consists, what falls due next, and
    the newest entries, newest first."""

    balance: int
    accounts: list[AccountBalance]
    due: Due | None
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class YearTotals:
    opening: int
    debit: int
    credit: int

    @property
    def closing(self) -> int:
        return self.opening + self.debit - self.credit


_COLUMNS = "booked_on, kind, account, title, document, period, debit, credit"
_STANDING = text(
    f"WITH mine AS MATERIALIZED (SELECT entry, due_on, {_COLUMNS} FROM ledger_entries WHERE {_NOW}) "
    f"(SELECT 'entry' AS part, {_COLUMNS}, entry FROM mine WHERE booked_on >= coalesce(:since, '-infinity'::date) "
    f"ORDER BY {_NEWEST} LIMIT {LAST_ENTRIES}) "
    "UNION ALL SELECT 'balance', NULL, NULL, account, NULL, NULL, NULL, sum(debit - credit)::bigint, NULL, NULL "
    "FROM mine GROUP BY account "
    "UNION ALL (SELECT 'due', due_on, NULL, NULL, NULL, NULL, NULL, sum(debit)::bigint, NULL, NULL FROM mine "
    "WHERE debit > 0 AND due_on >= :today GROUP BY due_on ORDER BY due_on LIMIT 1) "
    f"ORDER BY part, {_NEWEST}"
)


def standing(_actor: Actor, unit: HeldUnit, today: date) -> Standing:
    """How the unit stands: one statement, for the page that residents open most.

    The balance is that of the books; entries from before the unit's holders got it are not listed.
    """
    accounts: dict[str, int] = {}
    due, newest = None, []
    for part, *row in reading.rows(_STANDING, {"unit": unit.code, "today": today, "since": unit.since}):
        if part == "balance":
            accounts[row[2]] = row[6]
        elif part == "due":
            due = Due(row[0], row[6])
        else:
            newest.append(row[:8])
    known = [kind for kind in ACCOUNTS if kind in accounts]
    others = sorted(kind for kind in accounts if kind not in ACCOUNTS)
    balance = after = sum(accounts.values())
    entries: list[Entry] = []
    for row in newest:
        values = [*row, after]
        entries.append(Entry(*values))
        after -= row[6] - row[7]
    return Standing(balance, [AccountBalance(kind, accounts[kind]) for kind in known + others], due, entries)


def balances_of_units(actor: Actor, codes: list[str]) -> dict[str, int]:
    """The balance of each of these units in grosze, for staff in whose buildings they are; those without entries are
    left out."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    statement = text(
        "SELECT unit_code, sum(debit - credit)::bigint AS balance FROM ledger_entries "
        f"WHERE unit_code = ANY(:codes) AND until_revision IS NULL AND {scope.units('unit_code')} GROUP BY unit_code"
    )
    values = {"codes": codes, **scope.values(actor)}
    return {row.unit_code: row.balance for row in db.session.execute(statement, values)}


def years(_actor: Actor, unit: HeldUnit) -> list[int]:
    """The years that have entries, newest first."""
    statement = text(
        f"SELECT DISTINCT extract(year FROM booked_on)::int AS y FROM ledger_entries WHERE {_NOW} "
        "AND booked_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY y DESC"
    )
    return list(db.session.execute(statement, {"unit": unit.code, "since": unit.since}).scalars())


def entries_of_year(
    _actor: Actor, unit: HeldUnit, year: int, *, kind: str | None, account: str | None, page: int
) -> tuple[Page[Entry], YearTotals]:
    """One page of a year's entries, newest first, with the running balance of the account or of all accounts.

    `account` also restricts the totals and the running balance, `kind` only what is listed. What was booked before
    the unit's holders got it is in the opening total and is not listed.
    """
    values: dict[str, Any] = {
        "unit": unit.code,
        "account": account,
        "kind": kind,
        "first": max(date(year, 1, 1), unit.since or date.min),
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
            f"ORDER BY {_NEWEST} LIMIT :size OFFSET :skip"
        ),
        values,
    ).all()
    total = rows[0].total if rows else 0
    return Page([Entry(*row[:9]) for row in rows], page, PAGE_SIZE, total), YearTotals(*totals)
