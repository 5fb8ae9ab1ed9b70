"""What a bank file told, written down: statements, and each movement once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select

from app.core.public_ids import new_public_id
from app.statements.models import BankBooking, BankFile, BankStatement, BookingSighting
from app.statements.reading.bookings import Booking, Content, Statement
from app.statements.rules.matching import Directory
from app.statements.rules.sameness import Told, joined, outline, print_of, recognised
from tenants.db import db


@dataclass(slots=True)
class Stored:
    """The movements of a file: those that were new, and all that it told."""

    added: list[BankBooking]
    told: list[BankBooking]


def store(file: BankFile, content: Content, known: Directory) -> Stored:
    """Write down the statements of one file; movements that another file told already are recognised."""
    placed = [(statement, booking) for statement in content.statements for booking in statement.bookings]
    told = [_told(statement, booking, known) for statement, booking in placed]
    rows = _candidates(told)
    found = recognised(told, [_row_told(row) for row in rows])
    stored = Stored([], [])
    for (_statement, booking), telling, at in zip(placed, told, found, strict=True):
        row = rows[at] if at is not None else _new(booking, telling)
        if at is None:
            stored.added.append(row)
        else:
            _learn(row, booking, telling)
            if file.encoding:
                _reword(row, booking)
        stored.told.append(row)
    db.session.add_all(stored.added)
    db.session.flush()
    _sightings(file, content, iter(stored.told))
    return stored


def _told(statement: Statement, booking: Booking, known: Directory) -> Told:
    # Some banks give out a file for each virtual account: then the file's account is the target.
    virtual = statement.account if statement.account in known.accounts else None
    printed = print_of(booking.value_on, booking.amount, booking.currency)
    return Told(
        printed, booking.amount, booking.currency, outline(booking.title), booking.refs,
        None if virtual else statement.account, booking.payer, booking.target or virtual,
    )  # fmt: skip


def _row_told(row: BankBooking) -> Told:
    return Told(
        row.print, row.amount, row.currency, outline(row.title), tuple(row.refs), row.account, row.payer, row.target
    )  # fmt: skip


def _candidates(told: Sequence[Told]) -> list[BankBooking]:
    """Known movements that one of these may be."""
    if not told:
        return []
    prints = sorted({each.print for each in told})
    refs = sorted({ref for each in told for ref in each.refs})
    near = BankBooking.print.in_(prints)
    statement = select(BankBooking).where(or_(near, BankBooking.refs.overlap(refs)) if refs else near)
    return list(db.session.scalars(statement.order_by(BankBooking.id)))


def _new(booking: Booking, told: Told) -> BankBooking:
    return BankBooking(
        public_id=new_public_id(), print=told.print, refs=list(told.refs), account=told.account,
        amount=booking.amount, currency=booking.currency, value_on=booking.value_on, booked_on=booking.booked_on,
        payer=booking.payer, name=_clean(booking.name), title=_clean(booking.title), target=told.target,
        mass_id=booking.mass_id, numbers=list(booking.numbers), details=_clean(booking.details),
        state=_first_state(booking),
    )  # fmt: skip


def _first_state(booking: Booking) -> str:
    """What money that went out, foreign money and reversals are and stay; the rest is decided when all is stored."""
    if booking.reversal and booking.amount < 0:
        return "reversal"
    # The reversal of a debit gives back what the manager had paid out: no resident's payment.
    return "other" if booking.reversal or booking.amount <= 0 or booking.currency != "PLN" else "held"


def _clean(text: str) -> str:
    return text.replace("\0", "")


def _learn(row: BankBooking, booking: Booking, told: Told) -> None:
    """Add what this telling knows more."""
    now = joined(_row_told(row), told)
    row.refs, row.account, row.payer, row.target = list(now.refs), now.account, now.payer, now.target
    row.numbers = list(dict.fromkeys([*row.numbers, *booking.numbers]))
    row.mass_id = row.mass_id or booking.mass_id
    row.booked_on = row.booked_on or booking.booked_on
    row.name = row.name or _clean(booking.name)
    if len(told.outline) > len(outline(row.title)) or not row.title:
        row.title = _clean(booking.title)


def _reword(row: BankBooking, booking: Booking) -> None:
    """Take the words of a file whose encoding a person chose: those that are there were read wrong."""
    row.name, row.title, row.details = _clean(booking.name), _clean(booking.title), _clean(booking.details)


def _sightings(file: BankFile, content: Content, told: Iterable[BankBooking]) -> None:
    for statement in content.statements:
        row = BankStatement(
            public_id=new_public_id(), file_id=file.id, member=_clean(content.name), form=content.form,
            encoding=content.encoding, account=statement.account, number=statement.number,
            currency=statement.currency, opening=statement.opening, closing=statement.closing,
            from_on=statement.from_on, to_on=statement.to_on, balanced=statement.balanced,
            bookings=len(statement.bookings),
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        db.session.add_all(
            BookingSighting(statement_id=row.id, place=place, booking_id=booking.id)
            for place, booking in zip(range(1, len(statement.bookings) + 1), told, strict=False)
        )
    db.session.flush()
