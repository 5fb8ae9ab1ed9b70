"""Payments on their way: a bank has credited them, the books do not hold them yet.

A payment is `pending` until an entry of the published books stands for it; then it is `booked`, and pending again
when an import is undone that brought the entry. So it is never counted beside its entry. `withdrawn` ones count for
nothing: the bank took the money back, or staff said that it belongs elsewhere.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.core import events
from app.core.clock import now
from app.core.errors import NotThere
from app.core.public_ids import new_public_id
from app.finances.pending_rules import EARLIER, LATER, Booked, Paid, assigned
from tenants.bound import current
from tenants.db import db

TURN = 4219  # namespace of the lock under which payments and entries are paired
_SAME = "source = :source AND source_ref = :ref"


def credit(
    source: str, ref: str, *, unit: str, amount: int, paid_on: date, title: str | None = None, account: str = "rent"
) -> None:
    """Money of `amount` grosze has reached the unit; once for a source and reference, however often it is said.

    One that was withdrawn counts again, for the unit named now. Call `settle` when all are said.
    Raises `NotThere` for a unit that the books do not hold.
    """
    known = text("SELECT EXISTS (SELECT FROM units WHERE code = :unit AND until_revision IS NULL)")
    if not db.session.execute(known, {"unit": unit}).scalar():
        raise NotThere("")
    db.session.execute(
        text(
            "INSERT INTO pending_payments AS p "
            "(public_id, unit_code, account, amount, paid_on, title, source, source_ref) "
            "VALUES (:public_id, :unit, :account, :amount, :paid_on, :title, :source, :ref) "
            "ON CONFLICT (source, source_ref) DO UPDATE SET unit_code = EXCLUDED.unit_code, "
            "account = EXCLUDED.account, amount = EXCLUDED.amount, paid_on = EXCLUDED.paid_on, "
            "title = EXCLUDED.title, state = 'pending', entry = NULL, settled_at = NULL WHERE p.state = 'withdrawn'"
        ),
        {
            "public_id": new_public_id(), "unit": unit, "account": account, "amount": amount, "paid_on": paid_on,
            "title": title, "source": source, "ref": ref,
        },
    )  # fmt: skip


def withdraw(source: str, ref: str) -> bool:
    """The money does not count any more; False when there was none. An entry that stood for it is free again."""
    statement = text(
        "UPDATE pending_payments SET state = 'withdrawn', entry = NULL, settled_at = :now "
        f"WHERE {_SAME} AND state <> 'withdrawn' RETURNING id"
    )
    return db.session.execute(statement, {"source": source, "ref": ref, "now": now()}).first() is not None


# What has to be paired anew: payments that wait, and those whose entry holds no longer or says something else.
_STIRRED = (
    "SELECT DISTINCT p.unit_code, p.amount FROM pending_payments p WHERE p.state = 'pending' "
    "UNION SELECT p.unit_code, p.amount FROM pending_payments p WHERE p.state = 'booked' AND NOT EXISTS ("
    "SELECT FROM ledger_entries e WHERE e.entry = p.entry AND e.until_revision IS NULL AND e.unit_code = p.unit_code "
    "AND e.credit = p.amount AND e.kind = 'payment')"
)
_PAYMENTS = text(
    "SELECT p.id, p.unit_code, p.amount, p.paid_on, p.entry FROM pending_payments p "
    f"JOIN ({_STIRRED}) AS stirred USING (unit_code, amount) WHERE p.state <> 'withdrawn'"
)
_ENTRIES = text(
    "SELECT e.entry, e.unit_code, e.credit, e.booked_on FROM ledger_entries e "
    "WHERE e.until_revision IS NULL AND e.kind = 'payment' AND e.unit_code = ANY(:units) "
    "AND e.credit = ANY(:amounts) AND e.booked_on BETWEEN :first AND :last"
)


def settle() -> int:
    """Pair waiting payments with entries of the books; returns how many changed.

    Runs where a bank file is taken in and in the transaction that publishes or undoes an import, one at a time for
    a manager, so that neither misses what the other writes.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": TURN, "tenant": current().id})
    rows = db.session.execute(_PAYMENTS).all()
    if not rows:
        return 0
    payments = [Paid(row.id, row.unit_code, row.amount, row.paid_on) for row in rows]
    days = [payment.on for payment in payments]
    values = {
        "units": sorted({payment.unit for payment in payments}),
        "amounts": sorted({payment.amount for payment in payments}),
        "first": min(days) - EARLIER,
        "last": max(days) + LATER,
    }
    found = assigned(payments, [Booked(*row) for row in db.session.execute(_ENTRIES, values)])
    changed = [
        {"id": row.id, "entry": found.get(row.id), "now": now()} for row in rows if row.entry != found.get(row.id)
    ]
    for values in changed:
        db.session.execute(
            text(
                "UPDATE pending_payments SET state = CASE WHEN CAST(:entry AS text) IS NULL THEN 'pending' "
                "ELSE 'booked' END, entry = CAST(:entry AS text), "
                "settled_at = CASE WHEN CAST(:entry AS text) IS NULL THEN NULL ELSE CAST(:now AS timestamptz) END "
                "WHERE id = :id"
            ),
            values,
        )
    return len(changed)


@events.on("imports.published")
def published(revision: int) -> None:
    """The books may hold now what was on its way."""
    settle()


@events.on("imports.undone")
def undone(revision: int) -> None:
    """What an undone import had brought is on its way again."""
    settle()
