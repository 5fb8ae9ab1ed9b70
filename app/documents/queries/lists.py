"""Documents as programs read them, newest first: what staff see, but for drafts' words and, where a token knows no
people, what is addressed to people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.documents import visibility
from app.documents.queries import reading
from app.documents.queries.reading import VersionFile
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents: those after a public id, at most so many; `people` says whether personal ones, too."""

    size: int
    people: bool
    after: str | None = None
    state: str | None = None
    category: str | None = None
    unit: str | None = None
    changed_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document with its version in force; `targets` are codes of what `access` names, `size` is in bytes."""

    public_id: str
    title: str
    category: str
    number: str | None
    dated_on: date | None
    valid_from: date | None
    valid_until: date | None
    access: str
    state: str
    published_at: datetime | None
    changed_at: datetime
    targets: tuple[str, ...]
    version: str
    version_number: int
    file_name: str
    size: int
    content_type: str


_PERSONAL = "(:people OR d.access <> 'people')"
_COLUMNS = (
    "d.public_id, d.title, d.category, d.number, d.dated_on, d.valid_from, d.valid_until, d.access, d.state, "
    "d.published_at, d.changed_at, "
    "ARRAY(SELECT t.code FROM document_targets t WHERE t.document_id = d.id ORDER BY t.code) AS targets, "
    "v.public_id AS version, v.number AS version_number, v.name AS file_name, s.size, s.content_type"
)
_LIST = text(
    f"SELECT {_COLUMNS} {reading.FROM} WHERE {visibility.STAFF} AND {_PERSONAL} "
    "AND (CAST(:after AS bigint) IS NULL OR d.id < :after) "
    "AND (CAST(:state AS text) IS NULL OR d.state = :state) "
    "AND (CAST(:category AS text) IS NULL OR d.category = :category) "
    "AND (CAST(:changed_since AS timestamptz) IS NULL OR d.changed_at >= :changed_since) "
    "AND (CAST(:unit AS text) IS NULL OR EXISTS (SELECT FROM document_targets t WHERE t.document_id = d.id "
    "AND t.kind = 'unit' AND t.code = :unit)) ORDER BY d.id DESC LIMIT :size"
)
_PLACE = text(f"SELECT d.id FROM documents d WHERE d.public_id = :cursor AND {visibility.STAFF} AND {_PERSONAL}")


def page(actor: Actor, wanted: Wanted) -> list[DocumentRow] | None:
    """The documents that were asked for; None when there is none with the public id `after`. Raises `NotThere`."""
    values = {**visibility.staff_values(actor), "drafts": True, "people": wanted.people}
    after = None
    if wanted.after is not None:
        after = db.session.execute(_PLACE, {**values, "cursor": wanted.after}).scalar()
        if after is None:
            return None
    asked: dict[str, Any] = {
        "after": after, "state": wanted.state, "category": wanted.category, "unit": wanted.unit,
        "changed_since": wanted.changed_since, "size": wanted.size,
    }  # fmt: skip
    rows = db.session.execute(_LIST, {**values, **asked})
    return [DocumentRow(**{**row, "targets": tuple(row["targets"])}) for row in rows.mappings()]


def newest_file(actor: Actor, public_id: str, *, people: bool) -> VersionFile:
    """The file of the version in force. Raises `NotThere`."""
    values = {**visibility.staff_values(actor), "drafts": True, "people": people}
    where = f"{visibility.STAFF} AND {_PERSONAL}"
    found = reading.one(actor, public_id, where, values)
    return reading.version_file(actor, public_id, found.line.version, where, values)
