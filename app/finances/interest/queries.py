"""The interest of a unit, document by document, and what the manager has held back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import TextClause, text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import queries as estate
from app.estate import scope
from app.finances.discretion import LEDGER, reader
from app.finances.interest.crediting import Document, Row, credited, since
from app.finances.interest.rates import doubtful_since, rates
from app.finances.interest.reckoning import Rate, Reckoning, reckoned
from app.finances.rules import KINDS
from tenants.db import db

PAGE_SIZE = 50
LOOK_BACK = timedelta(days=365)
FOR_GOOD = date(9999, 12, 30)
_ROWS = "SELECT entry, kind, account, booked_on, due_on, debit, credit, document, title, period FROM {} AS l"
_NOW = "l.unit_code = :unit AND l.until_revision IS NULL"
_RESIDENTS = text(f"{_ROWS.format(LEDGER)} WHERE {_NOW}")
_STAFFS = text(f"{_ROWS.format('ledger_entries')} WHERE {_NOW} AND {scope.units('l.unit_code')}")
_LATE = text(
    "SELECT coalesce(sum(debit - credit), 0) > coalesce(sum(debit) FILTER (WHERE due_on >= :today), 0) "
    "FROM ledger_entries WHERE unit_code = :unit AND until_revision IS NULL"
)
_PENDING = text(
    "SELECT public_id, account, paid_on, amount FROM pending_payments WHERE unit_code = :unit AND state = 'pending'"
)
_HOLDS = text(
    "SELECT public_id, entry, reason, until_on, held_by, held_at FROM interest_holds "
    "WHERE unit_code = :unit AND withdrawn_at IS NULL"
)
_ALL_HOLDS = text(
    "SELECT h.public_id, h.entry, h.reason, h.until_on, h.held_by, h.held_at, h.unit_code, e.title, e.document, "
    "e.due_on, count(*) OVER () AS total FROM interest_holds h "
    "LEFT JOIN ledger_entries e ON e.entry = h.entry AND e.until_revision IS NULL "
    f"WHERE h.withdrawn_at IS NULL AND {scope.units('h.unit_code')} "
    "ORDER BY h.held_at DESC, h.id DESC LIMIT :size OFFSET :skip"
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Interest that is not reckoned (wstrzymanie odsetek): up to `until_on` inclusive, or for good."""

    public_id: str
    entry: str
    reason: str
    until_on: date | None
    held_by: str
    held_at: datetime


@dataclass(frozen=True, slots=True)
class HeldDocument:
    """A hold in the list of all: with the unit and what the books say of the document now."""

    hold: Hold
    unit_code: str
    title: str | None
    document: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Line:
    """A document with its delay; amounts in grosze. `paid_on` is the day of the last payment of a paid one."""

    document: Document
    reckoning: Reckoning
    hold: Hold | None
    paid_on: date | None

    @property
    def name(self) -> str:
        row = self.document.row
        return row.title or str(KINDS.get(row.kind, row.kind))


@dataclass(frozen=True, slots=True)
class Arrears:
    """What is late, and its interest for information; amounts in grosze.

    `unpaid` documents are past their term today, those `coming` not yet, `paid_late` were paid after it in the last
    year. `interest` is the sum over the unpaid ones, `overdue` what is left to pay of them. `booked` is interest that
    the books have charged and that is not paid. `without_term` is owed without a day on which it fell due.
    """

    unpaid: tuple[Line, ...]
    coming: tuple[Line, ...]
    paid_late: tuple[Line, ...]
    interest: int
    overdue: int
    booked: int
    without_term: int
    rates: tuple[Rate, ...]
    today: date

    @property
    def doubtful_since(self) -> date | None:
        """Since when no newer rate has come into the table, if that is doubtful."""
        return doubtful_since(self.rates, self.today)

    @property
    def missing_days(self) -> int:
        """Days of delay for which no rate is known."""
        return sum(line.reckoning.missing_days for line in (*self.unpaid, *self.paid_late))


def is_late(_actor: Actor, unit: HeldUnit, today: date) -> bool:
    """Whether more is owed for the unit than what falls due from today on."""
    return bool(db.session.scalar(_LATE, {"unit": unit.code, "today": today}))


def arrears(actor: Actor, unit: HeldUnit, today: date) -> Arrears:
    """The interest of a resident's unit, with what its books say of this holder's time."""
    rows = _rows(_RESIDENTS, reader(actor, unit))
    return _arrears(since([*rows, *_pending(unit.code)], unit.since), _holds(unit.code), today)


def arrears_of_unit(actor: Actor, code: str, today: date) -> Arrears:
    """The same for staff, of the whole history of a unit. Raises `NotThere` outside of their buildings."""
    if not actor.may(Can.HOLD_INTEREST) or not estate.known_units(actor, [code]):
        raise NotThere(_("Nie ma takiego lokalu."))
    rows = _rows(_STAFFS, {"unit": code, **scope.values(actor)})
    return _arrears([*rows, *_pending(code)], _holds(code), today)


def holds(actor: Actor, number: int) -> Page[HeldDocument]:
    """One page of the holds that stand, newest first. Raises `NotThere` without the right."""
    if not actor.may(Can.HOLD_INTEREST):
        raise NotThere("")
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = db.session.execute(_ALL_HOLDS, {**window, **scope.values(actor)}).all()
    found = [HeldDocument(Hold(*row[:6]), row.unit_code, row.title, row.document, row.due_on) for row in rows]
    return Page(found, number, PAGE_SIZE, rows[0].total if rows else 0)


def _arrears(rows: Sequence[Row], held: dict[str, Hold], today: date) -> Arrears:
    documents, _beyond = credited(row for row in rows if row.booked_on <= today)
    known = rates()
    unpaid, coming, late = list[Line](), list[Line](), list[Line]()
    for document in documents:
        hold = held.get(document.row.entry)
        until = (hold.until_on or FOR_GOOD) if hold else None
        reckoning = reckoned(document, known, today, until)
        last = max((day for day, _grosze in document.payments), default=None)
        line = Line(document, reckoning, hold, None if document.unpaid else last)
        if document.bears_interest and document.unpaid:
            (unpaid if reckoning.late_from <= today else coming).append(line)
        elif not document.unpaid and last and reckoning.late_from <= last and last >= today - LOOK_BACK:
            late.append(line)
    no_term = [one for one in documents if one.due_on is None and not one.bears_interest and one.row.kind != "interest"]
    return Arrears(
        tuple(sorted(unpaid, key=lambda line: (line.reckoning.late_from, line.document.row.entry))),
        tuple(coming),
        tuple(sorted(late, key=lambda line: (line.paid_on or today, line.document.row.entry), reverse=True)),
        sum(line.reckoning.grosze for line in unpaid),
        sum(line.document.unpaid for line in unpaid),
        sum(one.unpaid for one in documents if "interest" in (one.row.kind, one.row.account)),
        sum(one.unpaid for one in no_term if one.row.account != "interest"),
        known,
        today,
    )


def _rows(statement: TextClause, values: dict[str, Any]) -> list[Row]:
    return [Row(*row) for row in db.session.execute(statement, values)]


def _pending(code: str) -> list[Row]:
    """Payments that a bank has credited and the books do not hold yet: they end a delay on their day as well."""
    return [
        Row(row.public_id, "pending", row.account, row.paid_on, None, 0, row.amount)
        for row in db.session.execute(_PENDING, {"unit": code})
    ]


def _holds(code: str) -> dict[str, Hold]:
    return {row.entry: Hold(*row) for row in db.session.execute(_HOLDS, {"unit": code})}
