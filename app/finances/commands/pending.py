"""Payments on their way: a bank has credited them, the books do not hold them yet.

A payment is `pending` until an entry of the published books stands for it; then it is `booked`, and pending again
when an import is undone that brought the entry. So it is never counted beside its entry. `withdrawn` ones count for
nothing: the bank took the money back, or staff said that it belongs elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.core import events
from app.core.clock import now
from app.core.public_ids import new_public_id
from app.finances.pending_rules import EARLIER, LATER, Booked, Paid, assigned
from tenants.bound import current
from tenants.db import db

TURN = 4219  # namespace of the lock under which payments and entries are paired
_SAME = "source = :source AND source_ref = :ref"


@dataclass(frozen=True, slots=True)
class Credit:
    """Money of `amount` grosze that has reached a unit; `ref` names it to whoever told of it."""

    ref: str
    unit: str
    amount: int
    paid_on: date
    title: str | None = None


_CREDIT = text(
    "INSERT INTO pending_payments AS p (public_id, unit_code, account, amount, paid_on, title, source, source_ref) "
    "SELECT told.public_id, told.unit, :account, told.amount, told.paid_on, told.title, :source, told.ref "
    "FROM unnest(CAST(:ids AS text[]), CAST(:units AS text[]), CAST(:amounts AS bigint[]), CAST(:days AS date[]), "
    "CAST(:titles AS text[]), CAST(:refs AS text[])) AS told (public_id, unit, amount, paid_on, title, ref) "
    "WHERE told.unit IN (SELECT code FROM units WHERE until_revision IS NULL) "
    "ON CONFLICT (source, source_ref) DO UPDATE SET unit_code = EXCLUDED.unit_code, account = EXCLUDED.account, "
    "amount = EXCLUDED.amount, paid_on = EXCLUDED.paid_on, title = EXCLUDED.title, state = 'pending', entry = NULL, "
    "settled_at = NULL WHERE p.state = 'withdrawn' RETURNING p.public_id, p.unit_code, p.amount, p.paid_on"
)


def credit(source: str, told: Sequence[Credit], *, account: str = "rent") -> None:
    """Money has reached units; once for a source and reference, however often it is said.

    One that was withdrawn counts again, for the unit named now. A unit that the books do not hold is credited
    nothing. Call `settle` when all are said.
    """
    if not told:
        return
    values = {
        "source": source, "account": account, "ids": [new_public_id() for _ in told],
        "units": [one.unit for one in told], "amounts": [one.amount for one in told],
        "days": [one.paid_on for one in told], "titles": [one.title for one in told],
        "refs": [one.ref for one in told],
    }  # fmt: skip
    for credited in db.session.execute(_CREDIT, values).all():
        events.happened(
            "payments.matched", payment=credited.public_id, unit=credited.unit_code, grosze=credited.amount,
            paid_on=credited.paid_on.isoformat(), source=source,
        )  # fmt: skip
    events.happened("payments.credited", source=source, titles=[one.title for one in told if one.title])


def withdraw(source: str, ref: str) -> bool:
    """The money does not count any more; False when there was none. An entry that stood for it is free again."""
    statement = text(
        "UPDATE pending_payments SET state = 'withdrawn', entry = NULL, settled_at = :now "
        f"WHERE {_SAME} AND state <> 'withdrawn' RETURNING title"
    )
    gone = db.session.execute(statement, {"source": source, "ref": ref, "now": now()}).first()
    if gone is not None:
        events.happened("payments.withdrawn", source=source, titles=[gone.title] if gone.title else [])
    return gone is not None


#: Kinds of entries that money of a bank is booked as: an office that grants allowances pays them by transfer as well.
IN = "'payment', 'allowance'"
# What has to be paired anew: payments that wait, and those whose entry holds no longer or says something else.
_STIRRED = (
    "SELECT DISTINCT p.unit_code, p.amount FROM pending_payments p WHERE p.state = 'pending' "
    "UNION SELECT p.unit_code, p.amount FROM pending_payments p WHERE p.state = 'booked' AND NOT EXISTS ("
    "SELECT FROM ledger_entries e WHERE e.entry = p.entry AND e.until_revision IS NULL AND e.unit_code = p.unit_code "
    f"AND e.credit = p.amount AND e.kind IN ({IN})) AND NOT EXISTS ("
    "SELECT FROM ledger_entries f JOIN ledger_entries e USING (unit_code, booked_on, document, kind) "
    f"WHERE f.entry = p.entry AND f.until_revision IS NULL AND f.unit_code = p.unit_code AND f.kind IN ({IN}) "
    "AND e.until_revision IS NULL HAVING sum(e.credit) = p.amount)"
)
_PAYMENTS = text(
    "SELECT p.id, p.unit_code, p.amount, p.paid_on, p.entry FROM pending_payments p "
    f"JOIN ({_STIRRED}) AS stirred USING (unit_code, amount) WHERE p.state <> 'withdrawn'"
)
_ENTRIES = text(
    "SELECT e.entry, e.unit_code, e.credit, e.booked_on FROM ledger_entries e "
    f"WHERE e.until_revision IS NULL AND e.kind IN ({IN}) AND e.unit_code = ANY(:units) "
    "AND e.credit = ANY(:amounts) AND e.booked_on BETWEEN :first AND :last AND NOT EXISTS ("
    "SELECT FROM pending_payments p JOIN ledger_entries f ON f.entry = p.entry AND f.until_revision IS NULL "
    "WHERE p.unit_code = e.unit_code AND p.id <> ALL(:ids) AND p.amount <> f.credit "
    "AND f.booked_on = e.booked_on AND f.document = e.document)"
)
# A manager whose books split a transfer over settlement accounts books its parts on one day, under one document.
_SPLIT = text(
    "SELECT array_agg(e.entry ORDER BY e.entry), e.unit_code, sum(e.credit)::bigint, e.booked_on FROM ledger_entries e "
    f"WHERE e.until_revision IS NULL AND e.kind IN ({IN}) AND e.unit_code = ANY(:units) "
    "AND e.booked_on BETWEEN :first AND :last AND e.document IS NOT NULL "
    "GROUP BY e.unit_code, e.booked_on, e.document HAVING count(*) > 1 AND sum(e.credit) = ANY(:amounts) "
    "AND NOT bool_or(EXISTS (SELECT FROM pending_payments p WHERE p.entry = e.entry AND p.id <> ALL(:ids)))"
)


_SETTLE = text(
    "UPDATE pending_payments SET state = CASE WHEN CAST(:entry AS text) IS NULL THEN 'pending' ELSE 'booked' END, "
    "entry = CAST(:entry AS text), settled_at = CASE WHEN CAST(:entry AS text) IS NULL THEN NULL "
    "ELSE CAST(:now AS timestamptz) END WHERE id = :id"
)


def wait_for_turn() -> None:
    """Wait until nobody else pairs payments of the bound manager; then others wait for us."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:space, :tenant)"), {"space": TURN, "tenant": current().id})


def settle() -> int:
    """Pair waiting payments with entries of the books; returns how many changed.

    Runs where a bank file is taken in and in the transaction that publishes or undoes an import, one at a time for
    a manager, so that neither misses what the other writes.
    """
    wait_for_turn()
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
        "ids": [payment.key for payment in payments],
    }
    found = _paired(payments, values)
    changed = [
        {"id": row.id, "entry": found.get(row.id), "now": now()} for row in rows if row.entry != found.get(row.id)
    ]
    if changed:
        db.session.execute(_SETTLE, changed)
    return len(changed)


def _paired(payments: list[Paid], values: dict[str, Any]) -> dict[int, str]:
    """Which entry stands for which payment: the first part of a split transfer, otherwise the entry of its amount."""
    parts = db.session.execute(_SPLIT, values).all()
    members = {entries[0]: entries for entries, *_rest in parts}
    found = assigned(payments, [Booked(entries[0], *rest) for entries, *rest in parts])
    taken = {entry for first in found.values() for entry in members[first]}
    left = [payment for payment in payments if payment.key not in found]
    whole = [Booked(*row) for row in db.session.execute(_ENTRIES, values) if row.entry not in taken]
    return found | assigned(left, whole)


@events.on("imports.published")
def published(revision: int) -> None:
    """The books may hold now what was on its way."""
    settle()


@events.on("imports.undone")
def undone(revision: int) -> None:
    """What an undone import had brought is on its way again."""
    settle()
