"""What residents and the public read: only what is published, and only what each may see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import Holdings
from app.core.actor import Actor
from app.core.clock import today
from app.core.paging import Page
from app.documents import visibility
from app.documents.queries import reading
from app.documents.queries.folders import Folder, children, folder, folders
from app.documents.queries.reading import DocumentLine, Found, VersionFile
from tenants.db import db

OWN_FIRST = 6  # documents of one's own units on the first page
_HOLDING = "(d.valid_until IS NULL OR d.valid_until >= :today)"
_VERSIONS = text(
    "SELECT v.public_id, v.number, v.name, v.note, v.added_at, s.size, v.file_id FROM document_versions v "
    "JOIN stored_files s ON s.id = v.file_id WHERE v.document_id = :document AND v.withdrawn_at IS NULL "
    "AND v.released_at IS NOT NULL "
    "ORDER BY v.number DESC"
)


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version as readers see it; `size` in bytes."""

    public_id: str
    number: int
    name: str
    note: str | None
    added_at: datetime
    size: int
    file_id: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """What stands in one folder (None: at the top): folders with something in them, and documents.

    `past` counts documents there that are no longer in force; they are listed when they were asked for.
    """

    folder: Folder | None
    folders: list[Folder]
    page: Page[DocumentLine]
    past: int


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes read: the condition of what they may see, and its parameters."""

    actor: Actor | None
    where: str
    values: dict[str, Any]

    def shelf(self, public_id: str | None, number: int, *, past: bool = False, own: bool = False) -> Shelf:
        """One folder. Raises `NotThere` for a folder without anything that this reader may see.

        At the top, documents of the reader's own are left out unless `own`: they have a list of theirs.
        """
        values = {**self.values, "today": today()}
        known = folders(self.actor, self.where, values)
        here = folder([one for one in known if one.count], public_id)
        place = "d.folder_id = :folder" if here else "d.folder_id IS NULL"
        where = f"{self.where} AND {place}"
        if here is None and not own:
            where += " AND d.access NOT IN ('units', 'people')"
        values["folder"] = here.id if here else None
        gone = reading.count(self.actor, f"{where} AND NOT {_HOLDING}", values)
        page = reading.listed(self.actor, where if past else f"{where} AND {_HOLDING}", values, number)
        return Shelf(here, children(known, here, empty=False), page, gone)

    def searched(self, typed: str, number: int) -> Page[DocumentLine]:
        """Documents that hold all the words, in what is said of them or in their files."""
        return reading.found(self.actor, typed, self.where, self.values, number)

    def document(self, public_id: str) -> tuple[Found, list[VersionLine]]:
        """A document and its versions, newest first. Raises `NotThere`."""
        found = reading.one(self.actor, public_id, self.where, self.values)
        return found, [VersionLine(*one) for one in db.session.execute(_VERSIONS, {"document": found.id})]

    def file(self, document: str, version: str) -> VersionFile:
        """A version to be handed out. Raises `NotThere`."""
        return reading.version_file(self.actor, document, version, self.where, self.values)


def resident(actor: Actor, mine: Holdings) -> Reader:
    """The eyes of a resident. Raises `NotThere` for anybody else."""
    return Reader(actor, visibility.RESIDENT, visibility.resident_values(actor, mine))


def public(_actor: Actor | None) -> Reader:
    """The eyes of anybody: what the law or the manager makes public."""
    return Reader(None, visibility.PUBLIC, {})


def own(actor: Actor, mine: Holdings, number: int = 1, size: int = reading.PAGE_SIZE) -> Page[DocumentLine]:
    """Documents of the resident's units and those addressed to them by name, newest first."""
    return reading.listed(actor, visibility.OWN, visibility.resident_values(actor, mine), number, size)
