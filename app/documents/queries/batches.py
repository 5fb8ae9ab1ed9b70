"""Uploads of many files, as the person who uploaded them looks them through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import lazy_gettext as _l
from tenants.db import db

WHY: dict[str, Any] = {
    "exact": _l("pewne"),
    "likely": _l("sprawdź"),
    "ambiguous": _l("kilka lokali w nazwie"),
    "unknown": _l("nie ma lokalu w nazwie"),
    "repeated": _l("ten lokal jest tu więcej niż raz"),
}
_BATCH = text(
    "SELECT id, public_id, about, state FROM document_batches WHERE public_id = :batch AND created_by = :login"
)
_FILES = text(
    "SELECT f.name, f.unit_code, f.why, s.size, (SELECT concat_ws(' ', b.street, concat_ws('/', b.number, u.number)) "
    "FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.code = f.unit_code AND u.until_revision IS NULL) AS address FROM document_batch_files f "
    "JOIN stored_files s ON s.id = f.file_id WHERE f.batch_id = :id ORDER BY f.id"
)
_OPEN = text(
    "SELECT b.public_id, b.about, b.created_at, (SELECT count(*) FROM document_batch_files f WHERE f.batch_id = b.id) "
    "AS files FROM document_batches b WHERE b.state = 'open' AND b.created_by = :login ORDER BY b.id DESC LIMIT 5"
)


@dataclass(frozen=True, slots=True)
class BatchFile:
    """A file of an upload, by its place from 0; `size` in bytes, `address` of the unit that its name names."""

    place: int
    name: str
    unit: str | None
    why: str
    size: int
    address: str | None

    @property
    def why_label(self) -> str:
        return str(WHY[self.why])


@dataclass(frozen=True, slots=True)
class Batch:
    """An upload: what its documents have in common, its files, and whether it is `open`, `stored` or `dropped`."""

    public_id: str
    about: dict[str, str]
    state: str
    files: tuple[BatchFile, ...]

    def count(self, *whys: str) -> int:
        return sum(file.why in whys for file in self.files)


def batch(actor: Actor, public_id: str) -> Batch:
    """An upload of the actor's own. Raises `NotThere`."""
    if not actor.may(Can.MANAGE_DOCUMENTS):
        raise NotThere("")
    values = {"batch": public_id.replace("\0", ""), "login": actor.login}
    row = db.session.execute(_BATCH, values).one_or_none()
    if row is None:
        raise NotThere("")
    files = tuple(BatchFile(place, *one) for place, one in enumerate(db.session.execute(_FILES, {"id": row.id})))
    return Batch(row.public_id, row.about, row.state, files)


def unfinished(actor: Actor) -> list[Any]:
    """The actor's own uploads that wait for a decision: public id, what they are about, when, how many files."""
    return list(db.session.execute(_OPEN, {"login": actor.login}))
