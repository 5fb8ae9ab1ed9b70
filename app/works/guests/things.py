"""What somebody can be invited to: one letter, one document, or the adding of papers to one folder."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text

from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.works.access import Place
from app.works.filing import queries as filing
from app.works.filing.rules import FOLDERS, KINDS
from app.works.post.queries import GuestLetter, file_for_guest, letter_for_guest, reading
from tenants.db import db

_DOCUMENT = text(
    "SELECT d.id, d.public_id, d.kind, d.folder, d.title, d.note, d.dated_on, d.number, d.amount, d.due_on, d.author, "
    "d.created_at FROM works_documents d WHERE d.site_id = :site AND d.id = :id AND d.withdrawn_at IS NULL"
)
_FILES = text(
    "SELECT f.public_id, f.name, f.size, f.content_type, f.file_id FROM works_files f WHERE f.document_id = :document "
    "AND f.version = (SELECT max(g.version) FROM works_files g WHERE g.document_id = :document) ORDER BY f.id LIMIT 500"
)


_LETTER = text("SELECT public_id FROM works_letters WHERE site_id = :site AND id = :id")


@dataclass(frozen=True, slots=True)
class Thing:
    """What an invitation is to; `id` is its row's, None for a folder."""

    kind: str
    id: int | None
    folder: str
    label: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A file of what a guest may read."""

    public_id: str
    name: str
    size: int
    content_type: str
    file_id: int


@dataclass(frozen=True, slots=True)
class Document:
    """The one document that a guest may read; `amount` in grosze."""

    id: int
    public_id: str
    kind: str
    folder: str
    title: str
    note: str
    dated_on: date | None
    number: str
    amount: int | None
    due_on: date | None
    author: str
    created_at: datetime

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])


def chosen(place: Place, *, letter: str = "", document: str = "", folder: str = "") -> Thing:
    """What a member invites to, if they see it themselves. Raises `NotThere`, `Refused` for a folder of none."""
    if document:
        found = filing.one(place, document)
        return Thing("document", found.id, "", found.title)
    if folder:
        if folder not in FOLDERS or folder in _NO_GUESTS:
            raise NotThere("")
        return Thing("folder", None, folder, str(FOLDERS[folder][0]))
    if letter:
        return _letter(place, letter)
    raise Refused(_("Wybierz, do czego zapraszasz."), field="what")


#: Folders into which papers come in a way of their own only.
_NO_GUESTS = frozenset({"protocols", "photos"})


def folders() -> dict[str, str]:
    """The folders to which an outside person may be asked to add: key → name, invoices first."""
    order = ["invoices", *(key for key in FOLDERS if key != "invoices")]
    return {key: str(FOLDERS[key][0]) for key in order if key not in _NO_GUESTS}


def document(place: Place, document_id: int | None) -> Document:
    """The document of an invitation. Raises `NotThere`, also when it was withdrawn meanwhile."""
    row = db.session.execute(_DOCUMENT, {"site": place.id, "id": document_id}).one_or_none()
    if row is None:
        raise NotThere("")
    return Document(*row)


def papers(document_id: int) -> list[Paper]:
    """The files of the newest version of a document."""
    return [Paper(*row) for row in db.session.execute(_FILES, {"document": document_id})]


def letter(place: Place, letter_id: int | None) -> GuestLetter:
    """The letter of an invitation. Raises `NotThere`."""
    return letter_for_guest(_letter_key(place, letter_id))


def paper_of(place: Place, kind: str, subject_id: int | None, public_id: str) -> tuple[int, str]:
    """(id of the stored file, its name) of a file of the one thing. Raises `NotThere` for a file of anything else."""
    if kind == "letter":
        return file_for_guest(_letter_key(place, subject_id), public_id)
    if kind == "document":
        for found in papers(document(place, subject_id).id):
            if found.public_id == public_id:
                return found.file_id, found.name
    raise NotThere("")


def _letter(place: Place, public_id: str) -> Thing:
    found = reading.letter(place, public_id)
    return Thing("letter", found.id, "", letter_for_guest(public_id).subject)


def _letter_key(place: Place, letter_id: int | None) -> str:
    found = db.session.execute(_LETTER, {"site": place.id, "id": letter_id}).scalar()
    if found is None:
        raise NotThere("")
    return str(found)
