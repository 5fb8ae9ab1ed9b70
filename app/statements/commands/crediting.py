"""From movements to units: what rules know is credited, the rest waits for a person.

Everything here is decided from what is stored, never from the order in which files came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select, text

from app.finances.commands import pending
from app.finances.commands.pending import Credit
from app.statements.models import BankBooking
from app.statements.rules.matching import Directory, Found, Paid, unit_of
from app.statements.rules.returns import LONGEST, Movement, taken_back
from tenants.db import db

SOURCE = "bank"
#: What rules know units by, the surest first.
WAYS = ("account", "mass", "payer", "title")
# Told by a statement that balances, cannot be checked, or was accepted by a person.
_TRUSTED = text(
    "SELECT DISTINCT s.booking_id FROM bank_sightings s JOIN bank_statements t ON t.id = s.statement_id "
    "WHERE s.booking_id = ANY(:ids) AND (t.balanced IS NOT FALSE OR t.accepted_by IS NOT NULL)"
)


def decide(bookings: Iterable[BankBooking], known: Directory) -> None:
    """Give every movement its unit, where something tells it; what a person decided stays."""
    rows = [row for row in bookings if row.decided_by is None and row.state in ("held", "queued", "credited")]
    trusted = set(db.session.execute(_TRUSTED, {"ids": [row.id for row in rows]}).scalars())
    credited: list[tuple[BankBooking, Found]] = []
    for row in rows:
        if row.id not in trusted:
            row.state = "held"
            continue
        found = unit_of(_paid(row), known)
        if row.state == "credited":
            _correct(row, found)
        elif found:
            credited.append((row, found))
        else:
            row.state = "queued"
    credit(credited)
    db.session.flush()


def _correct(row: BankBooking, found: Found | None) -> None:
    """Another file may tell more surely whose the money is; what is less sure than before changes nothing."""
    if found is None or row.way not in WAYS or WAYS.index(found.way) >= WAYS.index(row.way):
        return
    if found.unit != row.unit_code:
        release(row, "queued")
        credit([(row, found)])
    row.way = found.way


def _paid(row: BankBooking) -> Paid:
    return Paid(row.title, row.payer, row.account, row.target, row.mass_id, tuple(row.numbers))


def credit(decided: Sequence[tuple[BankBooking, Found]]) -> None:
    """The money is on its way to the units' books."""
    for row, found in decided:
        row.state, row.unit_code, row.way = "credited", found.unit, found.way
    told = [Credit(row.public_id, found.unit, row.amount, row.value_on, row.title or None) for row, found in decided]
    pending.credit(SOURCE, told)


def release(row: BankBooking, state: str) -> None:
    """The money is no unit's any more."""
    pending.withdraw(SOURCE, row.public_id)
    row.state, row.unit_code, row.way = state, None, None


def link_reversals() -> None:
    """Take back what the bank took back, as far as it is certain which payment that was."""
    waiting = list(
        db.session.scalars(
            select(BankBooking)
            .where(BankBooking.state == "reversal", BankBooking.reverses_id.is_(None))
            .order_by(BankBooking.value_on, BankBooking.id)
        )
    )
    for row in waiting:
        credits = list(
            db.session.scalars(
                select(BankBooking).where(
                    BankBooking.amount == -row.amount,
                    BankBooking.value_on.between(row.value_on - LONGEST, row.value_on),
                    BankBooking.state.in_(("credited", "queued", "held", "ignored")),
                )
            )
        )
        found = taken_back(_movement(row), [_movement(credit) for credit in credits])
        if found is not None:
            take_back(row, next(credit for credit in credits if credit.id == found.id))


def take_back(reversal: BankBooking, paid: BankBooking) -> None:
    """`paid` was given back by the bank: it counts for nothing, and its unit is remembered."""
    reversal.reverses_id = paid.id
    pending.withdraw(SOURCE, paid.public_id)
    paid.state = "returned"
    db.session.flush()


def _movement(row: BankBooking) -> Movement:
    return Movement(
        row.id, abs(row.amount), row.currency, row.value_on, row.title, row.payer, row.account, row.unit_code
    )
