"""Receipts for readings that were told, and photographs of meters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.estate import scope
from tenants.db import db


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A reading of a receipt; `live` says that no newer one has overtaken it."""

    serial: str
    medium: str
    location: str | None
    value: Decimal
    state: str
    explanation: str
    answer: str
    live: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody told at once of a unit's meters on a day; `window` is a public id, or None."""

    public_id: str
    unit_code: str
    window: str | None
    created_at: datetime
    day: date
    rows: tuple[ReceiptRow, ...]


_RECEIPT = text(
    "SELECT c.id, c.public_id, c.unit_code, w.public_id AS window, c.created_at FROM reading_receipts c "
    "LEFT JOIN reading_windows w ON w.id = c.window_id WHERE c.public_id = :id AND c.account_id = :account"
)
_ROWS = text(
    "SELECT r.serial, r.medium, (SELECT m.location FROM meters m WHERE m.serial = r.serial "
    "AND m.until_revision IS NULL) AS location, r.value, r.state, r.explanation, r.answer, r.live, r.read_on "
    "FROM reported_readings r WHERE r.receipt_id = :receipt ORDER BY r.id"
)
_PHOTO = text(
    "SELECT r.photo_id FROM reported_readings r LEFT JOIN reading_receipts c ON c.id = r.receipt_id "
    "WHERE r.public_id = :id AND r.photo_id IS NOT NULL "
    f"AND (CAST(:staff AS boolean) AND {scope.units('r.unit_code')} OR c.account_id = :account)"
)


def receipt(actor: Actor, public_id: str) -> Receipt:
    """The actor's own receipt. Raises `NotThere`."""
    values = {"id": public_id.replace("\0", ""), "account": actor.account_id}
    found = db.session.execute(_RECEIPT, values).one_or_none()
    rows = db.session.execute(_ROWS, {"receipt": found.id}).mappings().all() if found else []
    if found is None or not rows:
        raise NotThere(_("Nie ma takiego potwierdzenia."))
    plain: list[dict[str, Any]] = [{key: value for key, value in row.items() if key != "read_on"} for row in rows]
    return Receipt(
        found.public_id,
        found.unit_code,
        found.window,
        found.created_at,
        rows[0]["read_on"],
        tuple(ReceiptRow(**row) for row in plain),
    )


def photo(actor: Actor, reading: str) -> int:
    """The stored file of a reading's photograph, for who told it and for staff of the unit. Raises `NotThere`."""
    values = {
        **scope.values(actor),
        "id": reading.replace("\0", ""),
        "account": actor.account_id,
        "staff": actor.may(Can.SEE_METERS),
    }
    found = db.session.execute(_PHOTO, values).scalar()
    if found is None:
        raise NotThere(_("Nie ma takiego zdjęcia."))
    return int(found)
