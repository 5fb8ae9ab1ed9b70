"""Reads of documents: what a member of a site may see, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.errors import NotThere
from app.core.paging import Page
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.works.access import Place
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
_LISTED = (
    "SELECT d.id, d.public_id, d.kind, d.folder, d.title, d.author, d.dated_on, d.week_on, d.number, d.amount, "
    "d.due_on, d.created_at, d.changed_at, d.shown_at IS NOT NULL AS shown, "
    "(SELECT max(f.version) FROM works_files f WHERE f.document_id = d.id) AS version, "
    "(SELECT count(*) FROM works_files f WHERE f.document_id = d.id AND f.version = "
    "(SELECT max(g.version) FROM works_files g WHERE g.document_id = d.id)) AS files, "
    "count(*) OVER () AS total "
    f"FROM works_documents d WHERE d.site_id = :site AND d.withdrawn_at IS NULL AND {SEEN} "
)
_NEWEST = text(
    f"{_LISTED} AND (CAST(:folder AS text) IS NULL OR d.folder = :folder) "
    "ORDER BY d.created_at DESC, d.id DESC LIMIT :most OFFSET :offset"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A document in a list; `amount` in grosze, `files` how many its newest `version` has."""

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

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def folder_label(self) -> str:
        return str(FOLDERS[self.folder][0]) if self.folder in FOLDERS else self.folder


def values(place: Place) -> dict[str, Any]:
    """The parameters of `SEEN`."""
    return {
        "site": place.id,
        "account": place.author.account_id,
        "sees_invoices": place.may(Right.SEE_INVOICES),
        "sees_letters": place.may(Right.SEE_LETTERS),
    }


def newest(place: Place, page: int = 1, folder: str | None = None) -> Page[Line]:
    """All documents of a site that one may see, newest first; perhaps of one folder."""
    found = db.session.execute(
        _NEWEST, {**values(place), "folder": folder, "most": PER_PAGE, "offset": (page - 1) * PER_PAGE}
    ).all()
    lines = [Line(*row[:-1]) for row in found]
    return Page(lines, page, PER_PAGE, found[0].total if found else 0)


def one(place: Place, public_id: str) -> Line:
    """A document of the site that one may see. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    statement = text(f"{_LISTED} AND d.public_id = :public_id")
    row = db.session.execute(statement, {**values(place), "public_id": public_id}).one_or_none()
    if row is None:
        raise NotThere("")
    return Line(*row[:-1])
