"""Entries of the whole ledger, or of one unit with the running balance."""

from __future__ import annotations

import re
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
# concat_ws would take a third of the time of a search through a million entries.
_WORDS = "entry || ' ' || coalesce(unit_code, '') || ' ' || coalesce(document, '') || ' ' || coalesce(title, '')"
# Numbers are the same with and without marks, so most entries are put aside before their marks are taken off.
_WITHIN = (
    "booked_on BETWEEN :first AND :last AND (CAST(:kind AS text) IS NULL OR kind = :kind) "
    f"AND (CAST(:digits AS text) IS NULL OR {_WORDS} LIKE :digits) "
    f"AND (CAST(:pattern AS text) IS NULL OR unaccent(lower({_WORDS})) LIKE :pattern)"
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
_PAGE = f"{_NEWEST} LIMIT :size OFFSET :skip"
_SUMS = "count(*), coalesce(sum(debit), 0)::bigint, coalesce(sum(credit), 0)::bigint"


def entries(actor: Actor, asked: Asked, number: int) -> tuple[Page[BookEntry], Sums]:
    """One page, newest first, and the sums of all that was found."""
    only_staff(actor)
    values = _values(actor, asked) | {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    found = f"SELECT * FROM ({_source(asked)}) AS e WHERE {_WITHIN}"
    if asked.search.strip():
        # Reading all texts is what takes long: once for both.
        both = f"WITH f AS MATERIALIZED ({found}) SELECT * FROM (SELECT {_SUMS} FROM f) AS s LEFT JOIN LATERAL "
        found_rows = db.session.execute(text(f"{both}(SELECT * FROM f {_PAGE}) AS e ON true"), values).all()
        sums = Sums(*found_rows[0][:3])
        rows = [tuple(row[3:]) for row in found_rows if row[3] is not None]
    else:
        # Apart both are work for several processes of PostgreSQL, and of the page no more is sorted than it shows.
        rows = [tuple(row) for row in db.session.execute(text(f"{found} {_PAGE}"), values)]
        sums = Sums(*db.session.execute(text(f"SELECT {_SUMS} FROM ({found}) AS f"), values).one())
    return Page([BookEntry(*row) for row in rows], number, PAGE_SIZE, sums.rows), sums


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
        "digits": _digits(asked.search),
        "unit": asked.unit,
        "kind": asked.kind,
        "account": asked.account,
        "first": asked.first or date.min,
        "last": asked.last or date.max,
        **scope.values(actor),
    }


def _digits(search: str) -> str | None:
    """A pattern of the longest number in what is searched for, if it has one of two digits or more."""
    longest = max(re.findall(r"[0-9]{2,}", search[:100]), key=len, default="")
    return f"%{longest}%" if longest else None
