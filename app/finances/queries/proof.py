"""Reads for the proof of a balance: sums by account and year, the entries behind them, and what brought each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.paging import Page
from app.finances.discretion import LEDGER, reader
from app.finances.proving import Booked, Proof, prove
from app.finances.rules import ACCOUNTS, Worded
from tenants.db import db

PAGE_SIZE = 200
_BOOKED = text(
    "SELECT account, CASE WHEN booked_on >= coalesce(CAST(:since AS date), '-infinity') "
    "THEN extract(year FROM booked_on)::int END AS year, kind, sum(debit - credit)::bigint "
    f"FROM {LEDGER} AS l WHERE unit_code = :unit AND until_revision IS NULL GROUP BY 1, 2, 3"
)
_ENTRIES = text(
    "SELECT l.booked_on, l.kind, l.account, l.title, l.document, l.period, l.debit, l.credit, l.balance_after, "
    "r.number, r.kind, r.undoes, r.as_of, r.published_at, count(*) OVER () AS total FROM ("
    "SELECT *, sum(debit - credit) OVER (PARTITION BY account ORDER BY booked_on, entry)::bigint AS balance_after "
    f"FROM {LEDGER} AS mine WHERE unit_code = :unit AND until_revision IS NULL) AS l "
    "LEFT JOIN revisions r ON r.number = l.since_revision "
    "WHERE l.booked_on BETWEEN :first AND :last "
    "ORDER BY array_position(CAST(:accounts AS text[]), l.account), l.account, l.booked_on, l.entry "
    "LIMIT :size OFFSET :skip"
)


@dataclass(frozen=True, slots=True)
class Source:
    """The revision of the books that brought something: its number, what it took back if it is an undo, the time that
    it speaks of and that at which the portal began to show it."""

    revision: int
    undo: bool
    undoes: int | None
    as_of: datetime | None
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ProofEntry(Worded):
    """One entry, amounts and the running balance of its account in grosze; `source` brought it as it is."""

    date: date
    kind: str
    account: str
    title: str | None
    document: str | None
    period: str | None
    debit: int
    credit: int
    balance_after: int
    source: Source | None


def proof(actor: Actor, unit: HeldUnit) -> Proof:
    """The balance of the books as a chain of years; what is older than the unit's holders is in the first opening."""
    rows = db.session.execute(_BOOKED, {**reader(actor, unit), "since": unit.since})
    return prove(Booked(*row) for row in rows)


def proof_entries(actor: Actor, unit: HeldUnit, year: int, page: int) -> Page[ProofEntry]:
    """The entries of a year by account, oldest first; those from before the unit's holders are not there."""
    values = {
        **reader(actor, unit),
        "first": max(date(year, 1, 1), unit.since or date.min),
        "last": date(year, 12, 31),
        "accounts": list(ACCOUNTS),
        "size": PAGE_SIZE,
        "skip": (page - 1) * PAGE_SIZE,
    }
    rows = db.session.execute(_ENTRIES, values).all()
    return Page([_entry(list(row)) for row in rows], page, PAGE_SIZE, rows[0].total if rows else 0)


def _entry(row: list[Any]) -> ProofEntry:
    values = [*row[:9], source_of(*row[9:14])]
    return ProofEntry(*values)


def source_of(
    number: int | None, kind: str | None, undoes: int | None, as_of: datetime | None, published_at: datetime | None
) -> Source | None:
    """A row of `revisions`; None where there is none."""
    if number is None or published_at is None:
        return None
    return Source(number, kind == "undo", undoes, as_of, published_at)
