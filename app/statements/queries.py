"""Reads of bank files, for those who match payments."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.statements.report import worded
from app.statements.suggesting import Suggestion, suggestions
from tenants.db import db

PAGE_SIZE = 50
#: Payments that the books ought to hold by now.
LATE_DAYS = 14


@dataclass(frozen=True, slots=True)
class Overview:
    """How much waits: bookings for a person, statements for a yes, payments for the books; money in grosze."""

    queued: int
    queued_sum: int
    unaccepted: int
    pending: int
    pending_sum: int
    late: int


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file as lists and pages show it; `report` in sentences; `unaccepted`: a statement of it waits for a yes."""

    public_id: str
    file_name: str
    size: int
    source: str
    status: str
    form: str
    encoding: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    report: dict[str, Any] | None
    unaccepted: bool

    @property
    def open(self) -> bool:
        return self.status == "queued"


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One movement; amount in grosze. `waits_for_books`: credited, and not in the books yet."""

    public_id: str
    value_on: date
    amount: int
    currency: str
    name: str
    title: str
    payer: str | None
    target: str | None
    mass_id: str | None
    state: str
    unit_code: str | None
    way: str | None
    decided_by: str | None
    waits_for_books: bool


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A statement as its file told it; balances in grosze."""

    public_id: str
    member: str
    form: str
    encoding: str
    account: str | None
    number: str | None
    currency: str
    opening: int | None
    closing: int | None
    balanced: bool | None
    accepted_by: str | None
    bookings: int


_FILE = (
    "public_id, file_name, size, source, status, form, encoding, created_by, created_at, finished_at, report, "
    "EXISTS (SELECT FROM bank_statements t WHERE t.file_id = bank_files.id AND t.balanced IS FALSE "
    "AND t.accepted_by IS NULL) AS unaccepted"
)
_BOOKING = (
    "b.public_id, b.value_on, b.amount, b.currency, b.name, b.title, b.payer, b.target, b.mass_id, b.state, "
    "b.unit_code, b.way, b.decided_by, coalesce(p.state = 'pending', false) AS waits_for_books"
)
_PENDING = "LEFT JOIN pending_payments p ON p.source = 'bank' AND p.source_ref = b.public_id"


def overview(actor: Actor) -> Overview:
    """What waits, for the top of the page."""
    _may(actor)
    row = db.session.execute(
        text(
            "SELECT q.n, q.s, (SELECT count(*) FROM bank_statements WHERE balanced IS FALSE AND accepted_by IS NULL), "
            "p.n, p.s, p.late FROM (SELECT count(*) AS n, coalesce(sum(amount), 0)::bigint AS s FROM bank_bookings "
            "WHERE state = 'queued') q, (SELECT count(*) AS n, coalesce(sum(amount), 0)::bigint AS s, "
            "count(*) FILTER (WHERE paid_on < current_date - :late) AS late FROM pending_payments "
            "WHERE state = 'pending' AND source = 'bank') p"
        ),
        {"late": LATE_DAYS},
    ).one()
    return Overview(*row)


def waiting(actor: Actor) -> int:
    """How many bookings wait for a person."""
    _may(actor)
    return int(db.session.execute(text("SELECT count(*) FROM bank_bookings WHERE state = 'queued'")).scalar_one())


def files(actor: Actor, page: int) -> Page[FileLine]:
    """Files, newest first."""
    _may(actor)
    total = db.session.execute(text("SELECT count(*) FROM bank_files")).scalar_one()
    rows = db.session.execute(
        text(f"SELECT {_FILE} FROM bank_files ORDER BY created_at DESC, id DESC LIMIT :size OFFSET :skip"),
        {"size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE},
    )
    return Page([_file(row) for row in rows], page, PAGE_SIZE, total)


def file(actor: Actor, public_id: str) -> FileLine:
    """One file. Raises `NotThere`."""
    _may(actor)
    row = db.session.execute(text(f"SELECT {_FILE} FROM bank_files WHERE public_id = :id"), {"id": public_id}).first()
    if row is None:
        raise NotThere(_("Nie ma takiego pliku."))
    return _file(row)


def statements(actor: Actor, public_id: str) -> list[StatementLine]:
    """The statements that a file told, at most 200."""
    _may(actor)
    rows = db.session.execute(
        text(
            "SELECT t.public_id, t.member, t.form, t.encoding, t.account, t.number, t.currency, t.opening, t.closing, "
            "t.balanced, t.accepted_by, t.bookings FROM bank_statements t JOIN bank_files f ON f.id = t.file_id "
            "WHERE f.public_id = :id ORDER BY t.id LIMIT 200"
        ),
        {"id": public_id},
    )
    return [StatementLine(*row) for row in rows]


def bookings(actor: Actor, public_id: str, page: int) -> Page[BookingLine]:
    """What a file told, in its order."""
    _may(actor)
    told = (
        "FROM bank_sightings s JOIN bank_statements t ON t.id = s.statement_id JOIN bank_files f ON f.id = t.file_id "
        f"JOIN bank_bookings b ON b.id = s.booking_id {_PENDING} WHERE f.public_id = :id"
    )
    return _paged(told, "t.id, s.place", page, {"id": public_id})


def queue(actor: Actor, page: int, *, show: str = "queued", wanted: str = "") -> Page[BookingLine]:
    """Money that came: what waits for a person (`queued`), what is decided (`credited`), what is late in the books
    (`late`), what is nobody's (`ignored`). `wanted` looks in name, title, accounts and unit."""
    _may(actor)
    where = {
        "queued": "b.state = 'queued'",
        "credited": "b.state = 'credited'",
        "late": "b.state = 'credited' AND p.state = 'pending' AND p.paid_on < current_date - :late",
        "ignored": "b.state IN ('ignored', 'returned', 'reversal')",
    }[show]
    values: dict[str, Any] = {"late": LATE_DAYS}
    if wanted:
        where += (
            " AND (position(unaccent(lower(:wanted)) IN unaccent(lower(concat_ws(' ', b.name, b.title, b.unit_code)))) "
            "> 0 OR (:digits <> '' AND position(:digits IN concat_ws(' ', b.payer, b.target, b.mass_id)) > 0))"
        )
        digits = "".join(sign for sign in wanted if sign.isascii() and sign.isdigit())
        values |= {"wanted": wanted, "digits": digits if len(digits) > 3 else ""}
    order = "b.value_on, b.id" if show in ("queued", "late") else "b.value_on DESC, b.id DESC"
    return _paged(f"FROM bank_bookings b {_PENDING} WHERE {where}", order, page, values)


def booking(actor: Actor, public_id: str) -> tuple[BookingLine, str, list[str], list[Suggestion]]:
    """One movement, the bank's own words on it, the files that told it, and what it may be for. Raises `NotThere`."""
    _may(actor)
    row = db.session.execute(
        text(f"SELECT {_BOOKING}, b.id, b.details FROM bank_bookings b {_PENDING} WHERE b.public_id = :id"),
        {"id": public_id},
    ).first()
    if row is None:
        raise NotThere(_("Nie ma takiej wpłaty."))
    names = db.session.execute(
        text(
            "SELECT DISTINCT f.file_name FROM bank_sightings s JOIN bank_statements t ON t.id = s.statement_id "
            "JOIN bank_files f ON f.id = t.file_id WHERE s.booking_id = :id ORDER BY 1 LIMIT 20"
        ),
        {"id": row.id},
    ).scalars()
    offered = suggestions(row) if row.state in ("queued", "held") and row.amount > 0 else []
    return BookingLine(*row[:-2]), row.details, list(names), offered


def payers(actor: Actor, page: int) -> Page[Any]:
    """What decisions taught: public_id, kind, value, unit_code, learned_by, learned_at; newest first."""
    _may(actor)
    total = db.session.execute(text("SELECT count(*) FROM known_payers")).scalar_one()
    rows = db.session.execute(
        text(
            "SELECT public_id, kind, value, unit_code, learned_by, learned_at FROM known_payers "
            "ORDER BY learned_at DESC, id DESC LIMIT :size OFFSET :skip"
        ),
        {"size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE},
    ).all()
    return Page(list(rows), page, PAGE_SIZE, total)


def schemes(actor: Actor) -> list[Any]:
    """Prefixes of virtual accounts: public_id, prefix, purpose, main_account."""
    _may(actor)
    order = text("SELECT public_id, prefix, purpose, main_account FROM mass_schemes ORDER BY prefix")
    return list(db.session.execute(order).all())


def _paged(source: str, order: str, page: int, values: dict[str, Any]) -> Page[BookingLine]:
    total = db.session.execute(text(f"SELECT count(*) {source}"), values).scalar_one()
    rows = db.session.execute(
        text(f"SELECT {_BOOKING} {source} ORDER BY {order} LIMIT :size OFFSET :skip"),
        {**values, "size": PAGE_SIZE, "skip": (page - 1) * PAGE_SIZE},
    )
    return Page([BookingLine(*row) for row in rows], page, PAGE_SIZE, total)


def _file(row: Any) -> FileLine:
    line = FileLine(*row)
    if not line.report:
        return line
    told = {name: value for name, value in worded(line.report).items() if name != "reason"}
    return replace(line, report=told)


def _may(actor: Actor) -> None:
    if not actor.may(Can.MATCH_PAYMENTS):
        raise NotThere(_("Nie ma takiej strony."))
