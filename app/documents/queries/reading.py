"""Lists of documents, whoever reads them: each caller brings the condition of what its reader may see."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import NotThere
from app.core.paging import Page
from app.documents import searching
from app.documents.rules import CATEGORIES, NEW_FOR, SHORT_ACCESS, STATES, holds
from tenants.db import db

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """A document in a list, with its version in force. `size` in bytes; `codes` are those that it is addressed to.

    `fresh` says that the reader has not opened what is new; `excerpt` is where its file holds what was searched for.
    """

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
    version: str
    version_number: int
    file_name: str
    size: int
    content_type: str
    codes: tuple[str, ...]
    fresh: bool
    excerpt: str | None = None

    @property
    def category_label(self) -> str:
        return str(CATEGORIES[self.category].label)

    @property
    def access_label(self) -> str:
        return str(SHORT_ACCESS[self.access])

    @property
    def state_label(self) -> str:
        return str(STATES[self.state])

    @property
    def holds(self) -> str:
        """`later`, `now` or `past`: whether it is in force today."""
        return holds(self.valid_from, self.valid_until, today())

    @property
    def kind(self) -> str:
        """The file's kind as people call it: `PDF`."""
        return self.file_name.rpartition(".")[2].upper()


# A document without a reader's account is fresh to nobody.
_FRESH = (
    "(d.state = 'published' AND d.changed_at > :new_since AND EXISTS (SELECT FROM accounts a WHERE a.id = :account "
    "AND a.role = 'resident' AND a.created_at <= d.changed_at) AND NOT EXISTS (SELECT FROM document_fetches x "
    "WHERE x.version_id = v.id AND x.account_id = :account))"
)
LINE = (
    "d.public_id, d.title, d.category, d.number, d.dated_on, d.valid_from, d.valid_until, d.access, d.state, "
    "d.published_at, d.changed_at, v.public_id AS version, v.number AS version_number, v.name AS file_name, s.size, "
    "s.content_type, ARRAY(SELECT t.code FROM document_targets t WHERE t.document_id = d.id ORDER BY t.code) AS codes, "
    f"{_FRESH} AS fresh"
)
FROM = (
    "FROM documents d JOIN LATERAL (SELECT w.id, w.public_id, w.number, w.name, w.file_id, w.content, w.read_at "
    "FROM document_versions w WHERE w.document_id = d.id AND w.withdrawn_at IS NULL "
    "AND (:drafts OR w.released_at IS NOT NULL) ORDER BY w.number DESC LIMIT 1) "
    "AS v ON true JOIN stored_files s ON s.id = v.file_id"
)
_NEWEST = "coalesce(d.dated_on, (d.changed_at AT TIME ZONE 'Europe/Warsaw')::date) DESC, d.id DESC"
_RANK = f"ts_rank(d.search, to_tsquery('simple', :asked)) DESC, {_NEWEST}"


def listed(
    _actor: Actor | None, where: str, values: dict[str, Any], number: int = 1, size: int = PAGE_SIZE
) -> Page[DocumentLine]:
    """The documents for which `where` holds, newest first."""
    total = count(_actor, where, values)
    statement = text(f"SELECT {LINE} {FROM} WHERE {where} ORDER BY {_NEWEST} LIMIT :size OFFSET :skip")
    window = {"size": size, "skip": (number - 1) * size}
    rows = db.session.execute(statement, {**_fresh_values(values), **window})
    return Page([_line(row) for row in rows], number, size, total)


def count(_actor: Actor | None, where: str, values: dict[str, Any]) -> int:
    """How many documents there are for which `where` holds."""
    counted = text(f"SELECT count(*) {FROM} WHERE {where}")
    return int(db.session.execute(counted, _fresh_values(values)).scalar_one())


def found(_actor: Actor | None, typed: str, where: str, values: dict[str, Any], number: int) -> Page[DocumentLine]:
    """Of those for which `where` holds, the ones with every word that was typed, the best first."""
    stems = searching.question(typed)
    if not stems:
        return Page([], number, PAGE_SIZE, 0)
    asked = {**_fresh_values(values), "asked": searching.as_tsquery(stems)}
    condition = f"{where} AND d.search @@ to_tsquery('simple', :asked)"
    total = db.session.execute(text(f"SELECT count(*) {FROM} WHERE {condition}"), asked).scalar_one()
    statement = text(
        f"SELECT {LINE}, left(v.content, {searching.MOST_TEXT}) AS content {FROM} WHERE {condition} "
        f"ORDER BY {_RANK} LIMIT :size OFFSET :skip"
    )
    rows = db.session.execute(statement, {**asked, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE})
    lines = [replace(_line(row), excerpt=searching.excerpt(row.content or "", stems)) for row in rows]
    return Page(lines, number, PAGE_SIZE, total)


@dataclass(frozen=True, slots=True)
class Found:
    """A document: its internal id, its line, what is noted of it, and its folder's public id and name."""

    id: int
    line: DocumentLine
    note: str | None
    folder: str | None
    folder_name: str | None


def one(_actor: Actor | None, public_id: str, where: str, values: dict[str, Any]) -> Found:
    """One document for which `where` holds. Raises `NotThere`."""
    statement = text(
        f"SELECT {LINE}, d.id, d.note, g.public_id AS folder, g.name AS folder_name {FROM} "
        f"LEFT JOIN document_folders g ON g.id = d.folder_id WHERE {where} AND d.public_id = :document"
    )
    asked = {**_fresh_values(values), "document": public_id.replace("\0", "")}
    row = db.session.execute(statement, asked).one_or_none()
    if row is None:
        raise NotThere("")
    return Found(row.id, _line(row), row.note, row.folder, row.folder_name)


@dataclass(frozen=True, slots=True)
class VersionFile:
    """A version whose file may be handed out: internal ids, and the name as given."""

    id: int
    document_id: int
    file_id: int
    name: str
    content_type: str


def version_file(_actor: Actor | None, document: str, version: str, where: str, values: dict[str, Any]) -> VersionFile:
    """A version of a document for which `where` holds. Raises `NotThere`."""
    statement = text(
        "SELECT v.id, d.id, v.file_id, v.name, s.content_type FROM documents d "
        "JOIN document_versions v ON v.document_id = d.id JOIN stored_files s ON s.id = v.file_id "
        f"WHERE {where} AND d.public_id = :document AND v.public_id = :version "
        "AND (:drafts OR (v.released_at IS NOT NULL AND v.withdrawn_at IS NULL))"
    )
    ids = {"document": document.replace("\0", ""), "version": version.replace("\0", "")}
    row = db.session.execute(statement, {"drafts": False, **values, **ids}).one_or_none()
    if row is None:
        raise NotThere("")
    return VersionFile(*row)


def _fresh_values(values: dict[str, Any]) -> dict[str, Any]:
    return {"account": None, "drafts": False, "new_since": now() - NEW_FOR, **values}


def _line(row: Any) -> DocumentLine:
    known = {name: getattr(row, name) for name in DocumentLine.__slots__ if name != "excerpt"}
    return DocumentLine(**{**known, "codes": tuple(row.codes)})
