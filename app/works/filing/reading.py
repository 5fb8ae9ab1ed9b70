"""Reads of one document: its files by version, and who fetched it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.works.access import Place
from app.works.filing.queries import File, Line, among, files, one
from app.works.rules import Right
from tenants.db import db

_FACTS = text(
    "SELECT d.note, d.account_id, d.withdrawn_at, d.withdrawn_by, d.withdrawn_reason, d.readers IS NOT NULL AS closed, "
    "r.public_id AS series, r.title AS series_title, r.kind AS series_kind FROM works_documents d "
    "LEFT JOIN works_series r ON r.id = d.series_id WHERE d.id = :id"
)
_FETCHES = text(
    "SELECT x.at, x.name, x.version, f.name AS file FROM works_fetches x LEFT JOIN works_files f ON f.id = x.file_id "
    "WHERE x.document_id = :id ORDER BY x.id DESC LIMIT 100"
)


@dataclass(frozen=True, slots=True)
class Detail:
    """A document with all its files, the newest version first. `mine`: who looks may change it.

    A `closed` one came with a letter and is its readers' only.
    """

    line: Line
    note: str
    mine: bool
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_reason: str
    closed: bool
    series: str | None
    series_title: str | None
    series_kind: str | None
    files: tuple[File, ...]

    @property
    def newest(self) -> tuple[File, ...]:
        return tuple(file for file in self.files if file.version == self.line.version)

    @property
    def versions(self) -> list[tuple[int, tuple[File, ...]]]:
        """(number, files) of all versions, the newest first."""
        numbers = sorted({file.version for file in self.files}, reverse=True)
        return [(number, self.version(number)) for number in numbers]

    def version(self, number: int) -> tuple[File, ...]:
        return tuple(file for file in self.files if file.version == number)


@dataclass(frozen=True, slots=True)
class Fetch:
    """That somebody downloaded a version; without `file` all of it."""

    at: datetime
    name: str
    version: int
    file: str | None


def detail(place: Place, public_id: str) -> Detail:
    """All of a document of the site that one may see; withdrawn ones only for who manages. Raises `NotThere`."""
    found = one(place, public_id, withdrawn_too=True)
    row = db.session.execute(_FACTS, {"id": found.id}).one()
    mine = place.may(Right.MANAGE) or (place.works_here and row.account_id == place.author.account_id)
    return Detail(
        found, row.note, mine, row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason, row.closed,
        row.series, row.series_title, row.series_kind, tuple(files([found.id])),
    )  # fmt: skip


def file(place: Place, document: str, public_id: str) -> tuple[Line, File]:
    """A file of a document that one may see, of whatever version. Raises `NotThere`."""
    found = one(place, document, withdrawn_too=True)
    return found, among(files([found.id]), public_id)


def fetches(place: Place, document_id: int) -> list[Fetch]:
    """Who downloaded a document lately; only for who manages the site."""
    if not place.may(Right.MANAGE):
        return []
    return [Fetch(*row) for row in db.session.execute(_FETCHES, {"id": document_id})]
