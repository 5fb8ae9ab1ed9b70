"""Reads of documents: what a member of a site may see, newest first; what one guest may, and what residents may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text

from app.attachments.rules import PDF, PICTURES
from app.core.clock import WARSAW
from app.core.errors import NotThere
from app.core.paging import Page
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.documents import searching
from app.works.access import Place
from app.works.filing import finding, places, weeks
from app.works.filing.rules import FOLDERS, KINDS
from app.works.rules import Right
from tenants.db import db

PER_PAGE = 50
#: A document `d` that the one who stands here may see: invoices are their author's and of those with the right, what
#: came with a letter is its readers' and of who reads all letters.
SEEN = (
    "((d.kind <> 'invoice' OR :sees_invoices OR d.account_id = :account) "
    "AND (d.readers IS NULL OR :sees_letters OR d.account_id = :account "
    "OR d.readers @> to_jsonb(CAST(:account AS bigint))))"
)
COLUMNS = (
    "d.id, d.public_id, d.kind, d.folder, d.title, d.author, d.dated_on, d.week_on, d.number, d.amount, d.due_on, "
    "d.created_at, d.changed_at, d.shown_at IS NOT NULL AS shown"
)
#: Joined to documents `d`: their newest version `v` and folder `o`, which `NEWEST_COLUMNS` read.
NEWEST_FILES = (
    "LEFT JOIN LATERAL (SELECT f.version, count(*) AS files, sum(f.size) AS size FROM works_files f "
    "WHERE f.document_id = d.id GROUP BY f.version ORDER BY f.version DESC LIMIT 1) v ON true "
    "LEFT JOIN works_folders o ON o.public_id = d.folder"
)
NEWEST_COLUMNS = "v.version, coalesce(v.files, 0) AS files, coalesce(v.size, 0) AS size, o.name AS own_folder"
_NARROWED = (
    "d.site_id = :site AND (d.withdrawn_at IS NOT NULL) = :withdrawn "
    f"AND {SEEN} AND (CAST(:folder AS text) IS NULL OR d.folder = :folder) "
    "AND (CAST(:author AS text) IS NULL OR d.author = :author) "
    "AND (CAST(:week AS date) IS NULL OR d.week_on = :week OR (d.week_on IS NULL "
    "AND d.created_at >= :week_from AND d.created_at < :week_until)) "
    "AND (CAST(:asked AS text) IS NULL OR d.search @@ to_tsquery('simple', :asked))"
)
_FOUND = text(
    f"SELECT d.*, {NEWEST_COLUMNS} "
    f"FROM (SELECT {COLUMNS}, count(*) OVER () AS total FROM works_documents d WHERE {_NARROWED} "
    f"ORDER BY d.created_at DESC, d.id DESC LIMIT :most OFFSET :offset) d {NEWEST_FILES} "
    "ORDER BY d.created_at DESC, d.id DESC"
)
_ONE = (
    f"SELECT {COLUMNS}, {NEWEST_COLUMNS} FROM works_documents d {NEWEST_FILES} "
    f"WHERE d.site_id = :site AND {SEEN} AND d.public_id = :public_id "
)
_AUTHORS = text(
    f"SELECT DISTINCT d.author FROM works_documents d WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} "
    "ORDER BY d.author LIMIT 500"
)

_FILES = (
    "SELECT f.id, f.public_id, f.document_id, f.version, f.name, f.file_id, f.size, f.content_type, f.author, "
    "f.added_at, f.taken_on, s.pages, s.public_id AS stored FROM works_files f JOIN stored_files s ON s.id = f.file_id "
)
_OF_DOCUMENT = text(f"{_FILES} WHERE f.document_id = ANY(:ids) ORDER BY f.document_id, f.version DESC, f.id")
_NOTE = text("SELECT note FROM works_documents WHERE id = :id")
_FOR_GUEST = text(
    f"SELECT {COLUMNS}, {NEWEST_COLUMNS} FROM works_documents d {NEWEST_FILES} "
    "WHERE d.public_id = :public_id AND d.withdrawn_at IS NULL"
)
_SHOWN = text(
    f"SELECT {COLUMNS}, {NEWEST_COLUMNS} FROM works_documents d {NEWEST_FILES} WHERE d.site_id = :site "
    "AND d.shown_at IS NOT NULL AND d.withdrawn_at IS NULL ORDER BY d.created_at DESC, d.id DESC LIMIT 500"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A document in a list; `amount` in grosze, `files` how many its newest `version` has, `size` theirs in bytes.

    `excerpt` is the piece of text of its file that was searched for.
    """

    id: int
    public_id: str
    kind: str
    folder: str
    title: str
    author: str
    dated_on: date | None
    week_on: date | None
    number: str
    amount: int | None
    due_on: date | None
    created_at: datetime
    changed_at: datetime
    shown: bool
    version: int | None
    files: int
    size: int = 0
    own_folder: str | None = None
    excerpt: str | None = None

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def folder_label(self) -> str:
        return str(FOLDERS[self.folder][0]) if self.folder in FOLDERS else self.own_folder or ""

    @property
    def week_label(self) -> str:
        return weeks.label(self.week_on) if self.week_on else ""

    @property
    def path(self) -> str:
        """Where it is looked at, below the address of the site."""
        return places.address(self.kind, self.public_id)


@dataclass(frozen=True, slots=True)
class File:
    """A file of a document: `size` in bytes, `pages` with a picture (None before it was looked at).

    `file_id` and `stored` are the stored file's ids.
    """

    id: int
    public_id: str
    document_id: int
    version: int
    name: str
    file_id: int
    size: int
    content_type: str
    author: str
    added_at: datetime
    taken_on: date | None
    pages: int | None
    stored: str

    @property
    def is_picture(self) -> bool:
        return self.content_type in PICTURES

    @property
    def is_drawn(self) -> bool:
        """Whether there is a picture of it."""
        return bool(self.pages)

    @property
    def is_being_drawn(self) -> bool:
        return self.pages is None and (self.is_picture or self.content_type == PDF)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a list is narrowed to; `week` is a Monday, `typed` is looked for in titles and files.

    `withdrawn` lists what was withdrawn instead.
    """

    folder: str | None = None
    author: str | None = None
    week: date | None = None
    typed: str = ""
    withdrawn: bool = False


def values(place: Place) -> dict[str, Any]:
    """The parameters of `SEEN`."""
    return {
        "site": place.id,
        "account": place.author.account_id,
        "sees_invoices": place.may(Right.SEE_INVOICES),
        "sees_letters": place.may(Right.SEE_LETTERS),
    }


def find(place: Place, chosen: Chosen, page: int = 1) -> Page[Line]:
    """The documents of a site that one may see, newest first. Raises `NotThere` for withdrawn ones without the right.

    A document belongs to the week that it tells of, or else to the one in which it was filed.
    """
    if chosen.withdrawn and not place.may(Right.MANAGE):
        raise NotThere("")
    stems = searching.question(chosen.typed)
    if chosen.typed.strip() and not stems:
        return Page([], 1, PER_PAGE, 0)
    asked = {
        "folder": chosen.folder, "author": chosen.author, "week": chosen.week, "withdrawn": chosen.withdrawn,
        "week_from": _midnight(chosen.week), "week_until": _midnight(chosen.week, 7),
        "asked": searching.as_tsquery(stems) if stems else None,
    }  # fmt: skip
    bounds = {"most": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    found = db.session.execute(_FOUND, {**values(place), **asked, **bounds}).mappings().all()
    pieces = finding.excerpts([row["id"] for row in found], chosen.typed) if stems else {}
    lines = [as_line(row, pieces.get(row["id"])) for row in found]
    return Page(lines, page, PER_PAGE, found[0]["total"] if found else 0)


def newest(place: Place, page: int = 1, folder: str | None = None) -> Page[Line]:
    """All documents of a site that one may see, newest first; perhaps of one folder."""
    return find(place, Chosen(folder), page)


def authors(place: Place) -> list[str]:
    """Whose documents one may see."""
    return list(db.session.execute(_AUTHORS, values(place)).scalars())


def one(place: Place, public_id: str, *, withdrawn_too: bool = False) -> Line:
    """A document of the site that one may see; withdrawn ones only for who manages the site. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    hidden = "" if withdrawn_too and place.may(Right.MANAGE) else "AND d.withdrawn_at IS NULL"
    row = db.session.execute(text(_ONE + hidden), {**values(place), "public_id": public_id}).mappings().one_or_none()
    if row is None:
        raise NotThere("")
    return as_line(row)


def files(document_ids: list[int]) -> list[File]:
    """The files of documents that the caller may see, each with its versions from the newest."""
    rows = db.session.execute(_OF_DOCUMENT, {"ids": document_ids})
    return [File(*row) for row in rows]


def document_for_guest(public_id: str) -> tuple[Line, str, list[File]]:
    """A document with its note and newest files, for one whom the caller let in to just this. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    row = db.session.execute(_FOR_GUEST, {"public_id": public_id}).mappings().one_or_none()
    if row is None:
        raise NotThere("")
    found = as_line(row)
    note = db.session.execute(_NOTE, {"id": found.id}).scalar_one()
    return found, note, [one for one in files([found.id]) if one.version == found.version]


def file_for_guest(document: str, public_id: str) -> File:
    """A file of the newest version of a document, for one whom the caller let in to just this. Raises `NotThere`."""
    return among(document_for_guest(document)[2], public_id)


def shown(site_id: int) -> list[Line]:
    """What residents of the building see of a site, newest first."""
    return [as_line(row) for row in db.session.execute(_SHOWN, {"site": site_id}).mappings()]


def among(found: list[File], public_id: str) -> File:
    """The one of these files. Raises `NotThere`."""
    for one_file in found:
        if one_file.public_id == public_id:
            return one_file
    raise NotThere("")


def as_line(row: Any, excerpt: str | None = None) -> Line:
    """A row of `COLUMNS` and `NEWEST_COLUMNS`."""
    return Line(**{key: value for key, value in row.items() if key != "total"}, excerpt=excerpt)


def _midnight(week: date | None, later: int = 0) -> datetime | None:
    return datetime.combine(week + timedelta(days=later), time(), WARSAW) if week else None
