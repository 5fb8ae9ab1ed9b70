"""Files of readings: those that were handed over, and one with its rows, the odd ones first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import scope
from tenants.db import db

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Batch:
    """A file of readings; `state` as of `ReadingBatch`, `odd` of its `rows` are doubtful."""

    id: int
    public_id: str
    file_name: str
    state: str
    created_by: str
    created_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    rows: int
    odd: int


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A row of a file, with the last reading before it."""

    row: int
    serial: str
    unit_code: str
    medium: str
    read_on: date
    value: Decimal
    doubts: tuple[str, ...]
    last_on: date | None
    last: Decimal | None


_BATCHES = (
    "SELECT b.id, b.public_id, b.file_name, b.state, b.created_by, b.created_at, b.ended_by, b.ended_at, "
    "(SELECT count(*) FROM reading_batch_rows r WHERE r.batch_id = b.id) AS rows, "
    "(SELECT count(*) FROM reading_batch_rows r WHERE r.batch_id = b.id AND r.doubts <> '{}') AS odd "
    "FROM reading_batches b WHERE (b.created_by = :by OR CAST(:scope AS text[]) IS NULL)"
)
_LIST = text(f"{_BATCHES} ORDER BY b.id DESC LIMIT :size OFFSET :start")
_TOTAL = text("SELECT count(*) FROM reading_batches b WHERE (b.created_by = :by OR CAST(:scope AS text[]) IS NULL)")
_ONE = text(f"{_BATCHES} AND b.public_id = :id")
_ROWS = text(
    "SELECT r.row, r.serial, r.unit_code, r.medium, r.read_on, r.value, r.doubts, l.read_on AS last_on, "
    "l.value AS last FROM reading_batch_rows r LEFT JOIN LATERAL (SELECT read_on, value FROM ("
    "SELECT read_on, value FROM meter_readings m WHERE m.until_revision IS NULL AND m.serial = r.serial "
    "UNION ALL SELECT read_on, value FROM reported_readings t WHERE t.live AND t.state = 'accepted' "
    "AND t.serial = r.serial AND t.batch_id IS DISTINCT FROM r.batch_id) x "
    "WHERE x.read_on <= r.read_on ORDER BY read_on DESC LIMIT 1) l ON true "
    "WHERE r.batch_id = :batch ORDER BY r.doubts = '{}', r.row LIMIT :size OFFSET :start"
)


def batches(actor: Actor, page: int) -> Page[Batch]:
    """The files, newest first; staff of some buildings see their own."""
    values = {**scope.values(actor), "by": actor.login}
    rows = db.session.execute(_LIST, {**values, "size": PAGE_SIZE, "start": (page - 1) * PAGE_SIZE})
    return Page(
        [Batch(**row) for row in rows.mappings()], page, PAGE_SIZE, db.session.execute(_TOTAL, values).scalar_one()
    )


def batch(actor: Actor, public_id: str) -> Batch:
    """One of them. Raises `NotThere`."""
    values = {**scope.values(actor), "by": actor.login, "id": public_id.replace("\0", "")}
    row = db.session.execute(_ONE, values).mappings().one_or_none()
    if row is None or not actor.may(Can.SEE_METERS):
        raise NotThere(_("Nie ma takiego pliku odczytów."))
    return Batch(**row)


def rows(of: Batch, page: int) -> Page[BatchRow]:
    """The rows of a file, the odd ones first; the caller has checked that it may be seen."""
    found = db.session.execute(_ROWS, {"batch": of.id, "size": PAGE_SIZE, "start": (page - 1) * PAGE_SIZE})
    lines = [BatchRow(**{**row, "doubts": tuple(row["doubts"])}) for row in found.mappings()]
    return Page(lines, page, PAGE_SIZE, of.rows)
