"""What staff read: every document that concerns their buildings, drafts too, and who has fetched it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.documents import visibility
from app.documents.queries import reading
from app.documents.queries.folders import Folder, folders
from app.documents.queries.reading import DocumentLine, VersionFile
from app.documents.rules import ACCESS, CATEGORIES, STATES, WIDE
from app.estate import scope
from tenants.db import db

PAGE_SIZE = 25

_MORE = text(
    "SELECT d.created_at, d.created_by, d.withdrawn_at, d.withdrawn_reason, "
    f"{visibility.CHANGEABLE} AS changeable, d.published_at FROM documents d WHERE d.id = :id"
)
_VERSIONS = text(
    "SELECT v.public_id, v.number, v.name, v.note, v.added_at, v.added_by, v.released_at, v.withdrawn_at, "
    "v.read_at IS NOT NULL AS is_read, coalesce(v.content, '') <> '' AS has_words, s.size FROM document_versions v "
    "JOIN stored_files s ON s.id = v.file_id WHERE v.document_id = :id ORDER BY v.number DESC"
)
_TARGETS = text(
    "SELECT t.code, CASE t.kind "
    "WHEN 'building' THEN (SELECT concat_ws(' ', b.street, b.number) FROM buildings b "
    "WHERE b.code = t.code AND b.until_revision IS NULL) "
    "WHEN 'unit' THEN (SELECT concat_ws(' ', b.street, concat_ws('/', b.number, u.number)) FROM units u "
    "LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.code = t.code AND u.until_revision IS NULL) "
    "ELSE (SELECT coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), '')) FROM people p "
    "WHERE p.code = t.code AND p.until_revision IS NULL) END AS label "
    "FROM document_targets t WHERE t.document_id = :id ORDER BY t.code"
)
# Whoever looks after some buildings reads of people there, and of colleagues.
_FETCHED = (
    f"FROM document_fetches x JOIN document_versions v ON v.id = x.version_id LEFT JOIN accounts a "
    f"ON a.id = x.account_id WHERE x.document_id = :id AND (x.side <> 'resident' OR {scope.accounts('a')})"
)
_FETCHES = text(
    "SELECT x.at, x.side, x.act, v.number, a.login, coalesce((SELECT coalesce(p.company, nullif(concat_ws(' ', "
    "p.first_name, p.last_name), '')) FROM people p WHERE p.code = a.person_code AND p.until_revision IS NULL), "
    f"a.login) AS who {_FETCHED} ORDER BY x.id DESC LIMIT :size OFFSET :skip"
)
_COUNTED = text(
    "SELECT count(*) AS all, count(DISTINCT x.account_id) FILTER (WHERE x.side = 'resident') AS residents, "
    f"count(*) FILTER (WHERE x.side = 'public') AS visitors {_FETCHED}"
)
_LAWFUL = text("SELECT DISTINCT category FROM documents WHERE state = 'published' AND access = 'public'")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the list is narrowed to; None is everything. `folder` is a public id, or empty for all folders."""

    folder: str = ""
    state: str | None = None
    access: str | None = None
    typed: str = ""


@dataclass(frozen=True, slots=True)
class StaffVersion:
    """A version as staff see it. `state` is `draft`, `released` or `withdrawn`; `is_read` once its words are known."""

    public_id: str
    number: int
    name: str
    note: str | None
    added_at: datetime
    added_by: str
    released_at: datetime | None
    withdrawn_at: datetime | None
    is_read: bool
    has_words: bool
    size: int

    @property
    def state(self) -> str:
        return "withdrawn" if self.withdrawn_at else "released" if self.released_at else "draft"


@dataclass(frozen=True, slots=True)
class StaffDocument:
    """A document with all that staff may know of it. `targets` are (code, name or None if the books lack it)."""

    line: DocumentLine
    note: str | None
    folder: str | None
    created_at: datetime
    created_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str | None
    changeable: bool
    was_published: bool
    targets: tuple[tuple[str, str | None], ...]
    versions: tuple[StaffVersion, ...]

    @property
    def access_label(self) -> str:
        return str(ACCESS[self.line.access])

    @property
    def waits(self) -> bool:
        """Whether there is something to publish."""
        drafts = any(version.state == "draft" for version in self.versions)
        return self.line.state == "draft" or (self.line.state == "published" and drafts)

    @property
    def wordless(self) -> bool:
        """Whether what many will read has a file without words, such as a scan, that only a person can look through."""
        scans = any(v.is_read and not v.has_words for v in self.versions if v.state != "withdrawn")
        return self.waits and self.line.access in WIDE and scans

    @property
    def being_read(self) -> bool:
        """Whether it cannot be published yet, because the words of a file are being read."""
        unread = any(not version.is_read for version in self.versions if version.state != "withdrawn")
        return self.waits and self.line.access in WIDE and unread


@dataclass(frozen=True, slots=True)
class Fetch:
    """A line of the log: `side` is `public`, `resident` or `staff`, `act` is `opened` or `downloaded`."""

    at: datetime
    side: str
    act: str
    version: int
    login: str | None
    who: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """How often a document was fetched: in all, by how many residents, and by visitors without an account."""

    all: int
    residents: int
    visitors: int


def documents(actor: Actor, chosen: Chosen, number: int = 1) -> Page[DocumentLine]:
    """The documents that were chosen, newest first; when words were typed, the best first. Raises `NotThere`."""
    values = _values(actor)
    where = [visibility.STAFF]
    if chosen.folder:
        known = {one.public_id: one for one in tree(actor)}
        if chosen.folder not in known:
            raise NotThere("")
        inside = known[chosen.folder].path
        values["folders"] = [one.id for one in known.values() if one.path[: len(inside)] == inside]
        where.append("d.folder_id = ANY(:folders)")
    if chosen.state in STATES:
        where.append("d.state = :state")
    if chosen.access in ACCESS:
        where.append("d.access = :access")
    values |= {"state": chosen.state, "access": chosen.access}
    condition = " AND ".join(where)
    if chosen.typed.strip():
        return reading.found(actor, chosen.typed, condition, values, number)
    return reading.listed(actor, condition, values, number, PAGE_SIZE)


def tree(actor: Actor) -> list[Folder]:
    """All folders in the order of a tree, with the documents that the actor sees counted. Raises `NotThere`."""
    return folders(actor, visibility.STAFF, _values(actor))


def document(actor: Actor, public_id: str) -> StaffDocument:
    """One document. Raises `NotThere`."""
    values = _values(actor)
    found = reading.one(actor, public_id, visibility.STAFF, values)
    more = db.session.execute(_MORE, {**values, "id": found.id}).one()
    versions = tuple(StaffVersion(*one) for one in db.session.execute(_VERSIONS, {"id": found.id}))
    targets = tuple((one.code, one.label) for one in db.session.execute(_TARGETS, {"id": found.id}))
    return StaffDocument(
        line=found.line,
        note=found.note,
        folder=found.folder,
        created_at=more.created_at,
        created_by=more.created_by,
        withdrawn_at=more.withdrawn_at,
        withdrawn_reason=more.withdrawn_reason,
        changeable=more.changeable and actor.may(Can.MANAGE_DOCUMENTS),
        was_published=more.published_at is not None,
        targets=targets,
        versions=versions,
    )


def file(actor: Actor, document: str, version: str) -> VersionFile:
    """Any version of a document, withdrawn ones too. Raises `NotThere`."""
    return reading.version_file(actor, document, version, visibility.STAFF, _values(actor))


def fetched(actor: Actor, public_id: str) -> Fetched:
    """How often a document was fetched. Raises `NotThere`."""
    values = _values(actor)
    row = reading.one(actor, public_id, visibility.STAFF, values).id
    return Fetched(*db.session.execute(_COUNTED, {**values, "id": row}).one())


def fetches(actor: Actor, public_id: str, number: int) -> Page[Fetch]:
    """Who has fetched a document, newest first. Raises `NotThere`."""
    values = _values(actor)
    row = reading.one(actor, public_id, visibility.STAFF, values).id
    total = db.session.execute(_COUNTED, {**values, "id": row}).one().all
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = db.session.execute(_FETCHES, {**values, **window, "id": row})
    return Page([Fetch(*one) for one in rows], number, PAGE_SIZE, total)


def lacking(actor: Actor) -> list[str]:
    """Kinds of documents that a cooperative has to show to everybody, and of which none is public (plural labels)."""
    _values(actor)
    shown = set(db.session.execute(_LAWFUL).scalars())
    return [str(one.plural) for name, one in CATEGORIES.items() if one.lawful and name not in shown]


def _values(actor: Actor) -> dict[str, Any]:
    return {**visibility.staff_values(actor), "drafts": True}
