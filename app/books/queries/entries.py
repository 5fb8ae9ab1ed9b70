"""Entries of the whole ledger, or of one unit with the running balance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.books.queries import only_staff
from app.core.actor import Actor
from app.core.paging import Page
from app.estate import scope
from app.estate.searching import pattern_of
from app.finances.rules import Worded
from tenants.db import db

PAGE_SIZE = 100
MOST = 200_000  # rows of a file


@dataclass(frozen=True, slots=True)
class Asked:
    """Which entries: both days inclusive, None is open; texts as typed; `unit` is a code."""

    search: str = ""
    unit: str | None = None
    kind: str | None = None
    account: str | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class BookEntry(Worded):
    """An entry of the ledger, amounts in grosze; `balance` after it where one unit is read."""

    entry: str
    unit_code: str
    booked_on: date
    due_on: date | None
    kind: str
    account: str
    title: str | None
    document: str | None
    period: str | None
    debit: int
    credit: int
    balance: int | None


@dataclass(frozen=True, slots=True)
class Sums:
    """What was found: how many entries, what they charge and pay, in grosze."""

    rows: int
    debit: int
    credit: int


_COLUMNS = "entry, unit_code, booked_on, due_on, kind, account, title, document, period, debit, credit"
_UNIT = f"(CAST(:unit AS text) IS NULL OR unit_code = :unit) AND {scope.units('unit_code')}"
_ACCOUNT = "(CAST(:account AS text) IS NULL OR account = :account)"
_WITHIN = (
    "booked_on BETWEEN :first AND :last AND (CAST(:kind AS text) IS NULL OR kind = :kind) "
    "AND (CAST(:pattern AS text) IS NULL OR unaccent(lower(concat_ws(' ', entry, unit_code, document, title))) "
    "LIKE :pattern)"
)
_ALL = (
    f"SELECT {_COLUMNS}, NULL::bigint AS balance FROM ledger_entries "
    f"WHERE until_revision IS NULL AND {_UNIT} AND {_ACCOUNT}"
)
_RUNNING = (
    f"SELECT {_COLUMNS}, sum(debit - credit) OVER (ORDER BY booked_on, entry)::bigint AS balance FROM ledger_entries "
    f"WHERE until_revision IS NULL AND {_UNIT} AND {_ACCOUNT}"
)
_NEWEST = "ORDER BY booked_on DESC, entry DESC"


def entries(actor: Actor, asked: Asked, number: int) -> tuple[Page[BookEntry], Sums]:
    """One page, newest first, and the sums of all that was found; the ledger is gone through once."""
    only_staff(actor)
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = db.session.execute(
        text(
            "SELECT *, count(*) OVER (), (sum(debit) OVER ())::bigint, (sum(credit) OVER ())::bigint "
            f"FROM ({_source(asked)}) AS e WHERE {_WITHIN} {_NEWEST} LIMIT :size OFFSET :skip"
        ),
        {**_values(actor, asked), **window},
    ).all()
    sums = Sums(*rows[0][-3:]) if rows else Sums(0, 0, 0)
    return Page([BookEntry(*row[:-3]) for row in rows], number, PAGE_SIZE, sums.rows), sums


def all_entries(actor: Actor, asked: Asked) -> Iterator[BookEntry]:
    """All that was found, newest first, at most `MOST`."""
    only_staff(actor)
    statement = text(f"SELECT * FROM ({_source(asked)}) AS e WHERE {_WITHIN} {_NEWEST} LIMIT {MOST}")
    for row in db.session.execute(statement, _values(actor, asked)):
        yield BookEntry(*row)


def _source(asked: Asked) -> str:
    return _RUNNING if asked.unit else _ALL


def _values(actor: Actor, asked: Asked) -> dict[str, Any]:
    return {
        "pattern": pattern_of(asked.search),
        "unit": asked.unit,
        "kind": asked.kind,
        "account": asked.account,
        "first": asked.first or date.min,
        "last": asked.last or date.max,
        **scope.values(actor),
    }
