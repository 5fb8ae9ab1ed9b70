"""Forgetting what banks told so long ago that nobody has to keep it any more, a few rows at a time.

Bookings are evidence of the accounts (art. 74 ust. 2 i 3 ustawy o rachunkowości: five years from the beginning of
the year that follows), so they are kept by whole years. What waits for a person's decision or for the books stays
however old it is, and so does a booking that a later one takes back.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.gateways import files
from tenants.db import db

FEW = 20  # files, each of which is also deleted from the store
_OLD = (
    "SELECT b.id FROM bank_bookings b WHERE coalesce(b.booked_on, b.value_on) < :before "
    "AND b.state NOT IN ('queued', 'held') "
    "AND NOT EXISTS (SELECT FROM bank_bookings r WHERE r.reverses_id = b.id) "
    "AND NOT EXISTS (SELECT FROM pending_payments p WHERE p.source = 'bank' AND p.source_ref = b.public_id "
    "AND p.state = 'pending') ORDER BY b.id LIMIT :most"
)
_PAID = text(
    "DELETE FROM pending_payments WHERE source = 'bank' AND source_ref IN "
    "(SELECT public_id FROM bank_bookings WHERE id = ANY(:ids))"
)
_SEEN = text("DELETE FROM bank_sightings WHERE booking_id = ANY(:ids)")
_BOOKINGS = text("DELETE FROM bank_bookings WHERE id = ANY(:ids)")
_STATEMENTS = text(
    "DELETE FROM bank_statements WHERE id IN (SELECT s.id FROM bank_statements s JOIN bank_files f ON f.id = s.file_id "
    "WHERE coalesce(s.to_on, CAST(f.created_at AS date)) < :before AND f.status <> 'queued' "
    "AND NOT EXISTS (SELECT FROM bank_sightings x WHERE x.statement_id = s.id) LIMIT :most)"
)
_FILES = text(
    "SELECT f.id, f.storage_key FROM bank_files f WHERE f.created_at < :before AND f.status <> 'queued' "
    "AND NOT EXISTS (SELECT FROM bank_statements s WHERE s.file_id = f.id) ORDER BY f.id LIMIT :most"
)


def kept_since(today: date, years: int) -> date:
    """The first day of what is kept for `years` after the end of its year."""
    return date(today.year - years, 1, 1)


def forget_bookings(before: date, most: int) -> int:
    """Bookings before a day, and what the portal showed of them until the books came; how many went."""
    ids = list(db.session.execute(text(_OLD), {"before": before, "most": most}).scalars())
    for statement in (_PAID, _SEEN, _BOOKINGS):
        if ids:
            db.session.execute(statement, {"ids": ids})
    return len(ids)


def forget_statements(before: date, most: int) -> int:
    """Statements before a day that no booking is left of; how many went."""
    found = db.session.execute(_STATEMENTS, {"before": before, "most": most})
    return int(found.rowcount)  # type: ignore[attr-defined]


def forget_files(before: date) -> int:
    """At most `FEW` files handed over before a day that no statement is left of; how many went.

    The bytes go first: a row without its file is found again.
    """
    found = db.session.execute(_FILES, {"before": before, "most": FEW}).all()
    for number, key in found:
        files.files().delete(key)
        db.session.execute(text("DELETE FROM bank_files WHERE id = :id"), {"id": number})
    return len(found)
