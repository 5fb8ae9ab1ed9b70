"""One thread with its letters, one letter, one attachment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text

from app.attachments.queries import pages as pictures_of
from app.attachments.rules import PICTURES
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.outbox import tracking
from app.outbox.rules import told
from app.works.access import Place
from app.works.filing import places
from app.works.filing import queries as filing
from app.works.filing.origins import Origin
from app.works.filing.origins import register as origins_from
from app.works.filing.rules import FOLDERS
from app.works.post.queries.visible import SEEN, values
from app.works.post.rules import cause
from tenants.db import db

MOST_LETTERS = 500
_THREAD = text(
    "SELECT id, public_id, subject, state, started_at FROM works_threads WHERE site_id = :site AND public_id = :thread"
)
_COLUMNS = (
    "l.id, l.public_id, l.thread_id, l.state, l.channel, l.author, l.firm, l.account_id, l.from_address, l.body, "
    "l.quoted, l.cards, l.left_out, l.due_on, l.sent_at"
)
# the newest are kept where there are too many for one page
_LETTERS = text(
    f"SELECT * FROM (SELECT {_COLUMNS} FROM works_letters l WHERE l.thread_id = :thread AND {SEEN} "
    f"ORDER BY l.id DESC LIMIT {MOST_LETTERS}) AS newest ORDER BY id"
)
_LETTER = text(f"SELECT {_COLUMNS} FROM works_letters l WHERE l.public_id = :letter AND {SEEN}")
_ANY_LETTER = text(f"SELECT {_COLUMNS} FROM works_letters l WHERE l.public_id = :letter AND l.state = 'sent'")
_RECIPIENTS = text(
    "SELECT letter_id, account_id, address, name FROM works_addressees WHERE letter_id = ANY(:letters) ORDER BY id"
)
_FILES = text(
    "SELECT f.letter_id, f.public_id, f.name, f.size, f.content_type, f.file_id, d.folder, d.kind, o.name AS own, "
    f"CASE WHEN d.site_id = :site AND d.withdrawn_at IS NULL AND {filing.SEEN} THEN d.public_id END AS document "
    "FROM works_letter_files f LEFT JOIN works_documents d ON d.id = f.document_id "
    "LEFT JOIN works_folders o ON o.site_id = d.site_id AND o.public_id = d.folder "
    "WHERE f.letter_id = ANY(:letters) ORDER BY f.id"
)
_FILE = text(
    "SELECT f.file_id, f.name FROM works_letter_files f JOIN works_letters l ON l.id = f.letter_id "
    f"WHERE f.public_id = :file AND {SEEN}"
)
_GUEST_FILE = text(
    "SELECT f.file_id, f.name FROM works_letter_files f JOIN works_letters l ON l.id = f.letter_id "
    "WHERE f.public_id = :file AND l.public_id = :letter AND l.state = 'sent'"
)
_CAME_WITH = text(
    "SELECT l.public_id, t.public_id AS thread, t.subject, l.author FROM works_letter_files f "
    "JOIN works_letters l ON l.id = f.letter_id JOIN works_threads t ON t.id = l.thread_id "
    f"WHERE f.document_id = :document AND {SEEN} ORDER BY l.id LIMIT 20"
)
_SUBJECT = text(
    "SELECT t.subject, s.name FROM works_threads t JOIN works_sites s ON s.id = t.site_id WHERE t.id = :thread"
)


@dataclass(frozen=True, slots=True)
class LetterFile:
    """An attachment: `size` in bytes; `document` is where what it was filed as is looked at, below the address of the
    site, if the reader may see it; `folder_label` where it lies."""

    public_id: str
    name: str
    size: int
    content_type: str
    has_picture: bool
    folder_label: str
    document: str | None


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom a letter went. For an address outside, `state` is the outbox's and `note` says why it did not arrive."""

    name: str
    address: str | None
    account_id: int | None
    state: str = ""
    note: str = ""
    sent_at: datetime | None = None

    @property
    def shown(self) -> str:
        return self.name or self.address or ""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as its readers see it."""

    id: int
    public_id: str
    thread_id: int
    state: str
    channel: str
    author: str
    firm: str
    account_id: int | None
    from_address: str | None
    body: str
    quoted: str | None
    cards: list[dict[str, Any]]
    left_out: list[dict[str, Any]]
    due_on: date | None
    sent_at: datetime
    recipients: tuple[Recipient, ...] = ()
    files: tuple[LetterFile, ...] = ()

    @property
    def has_outside(self) -> bool:
        return any(one.address for one in self.recipients)


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with the letters of it that its reader may read, the oldest first."""

    id: int
    public_id: str
    subject: str
    state: str
    started_at: datetime
    letters: tuple[Letter, ...]

    @property
    def newest(self) -> Letter:
        return self.letters[-1]

    @property
    def is_closed(self) -> bool:
        return self.state == "closed"


def thread(place: Place, public_id: str) -> Thread:
    """A thread and what one may read of it. Raises `NotThere` also when that is nothing."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    row = db.session.execute(_THREAD, {"site": place.id, "thread": public_id}).one_or_none()
    if row is None:
        raise NotThere("")
    letters = db.session.execute(_LETTERS, {**values(place), "thread": row.id}).all()
    if not letters:
        raise NotThere("")
    return Thread(**row._mapping, letters=tuple(_letters(letters, place)))


def letter(place: Place, public_id: str) -> Letter:
    """One letter that one may read. Raises `NotThere`."""
    if len(public_id) != PUBLIC_ID_LENGTH:
        raise NotThere("")
    rows = db.session.execute(_LETTER, {**values(place), "letter": public_id}).all()
    if not rows:
        raise NotThere("")
    return _letters(rows, place)[0]


def thread_of(place: Place, letter_id: str) -> str:
    """The public id of the thread in which a letter stands that one may read. Raises `NotThere`."""
    return public_id_of(letter(place, letter_id).thread_id)


def public_id_of(thread_id: int) -> str:
    """The public id of a thread."""
    found: str = db.session.execute(
        text("SELECT public_id FROM works_threads WHERE id = :id"), {"id": thread_id}
    ).scalar_one()
    return found


@dataclass(frozen=True, slots=True)
class GuestLetter:
    """One letter for somebody who is let to it alone: nothing else of the thread, nobody's address."""

    letter: Letter
    subject: str
    site: str


def letter_for_guest(public_id: str) -> GuestLetter:
    """A single letter, for who was invited to it: the caller has made sure of that. Raises `NotThere`.

    Its attachments have no document, and nothing is said of what became of the letter outside.
    """
    rows = db.session.execute(_ANY_LETTER, {"letter": public_id.replace("\0", "")}).all()
    if not rows:
        raise NotThere("")
    subject, site = db.session.execute(_SUBJECT, {"thread": rows[0].thread_id}).one()
    return GuestLetter(_letters(rows, None)[0], subject, site)


def file(place: Place, public_id: str) -> tuple[int, str]:
    """(id of the stored file, its name) of an attachment that one may read. Raises `NotThere`."""
    return _file(_FILE, {**values(place), "file": public_id.replace("\0", "")})


def file_for_guest(letter_id: str, public_id: str) -> tuple[int, str]:
    """The same of an attachment of the one letter to which somebody was invited. Raises `NotThere`."""
    return _file(_GUEST_FILE, {"letter": letter_id.replace("\0", ""), "file": public_id.replace("\0", "")})


def _file(statement: Any, given: dict[str, Any]) -> tuple[int, str]:
    row = db.session.execute(statement, given).one_or_none()
    if row is None:
        raise NotThere("")
    return row.file_id, row.name


def came_with(place: Place, document_id: int) -> list[Origin]:
    """The letters that brought a document, as far as one may read them."""
    rows = db.session.execute(_CAME_WITH, {**values(place), "document": document_id})
    return [
        Origin(
            _("Przyszło z wiadomością „%(subject)s” (%(who)s)", subject=row.subject, who=row.author),
            f"{place.url}/mail/{row.thread}#{row.public_id}",
        )
        for row in rows
    ]


def _letters(rows: Sequence[Row[Any]], place: Place | None) -> list[Letter]:
    ids = [row.id for row in rows]
    recipients: dict[int, list[Recipient]] = {}
    ways = tracking.of_causes([cause(row.public_id) for row in rows]) if place else {}
    names = {row.id: cause(row.public_id) for row in rows}
    for one in db.session.execute(_RECIPIENTS, {"letters": ids}):
        way = next((w for w in ways.get(names[one.letter_id], ()) if (w.address or "").lower() == one.address), None)
        state, note, at = (way.state, told(way.reason), way.sent_at) if way and one.address else ("", "", None)
        recipients.setdefault(one.letter_id, []).append(
            Recipient(one.name, one.address, one.account_id, state, note if state not in ("sent", "queued") else "", at)
        )
    files = _files(ids, place)
    return [
        Letter(**row._mapping, recipients=tuple(recipients.get(row.id, ())), files=tuple(files.get(row.id, ())))
        for row in rows
    ]


def _files(letters: list[int], place: Place | None) -> dict[int, list[LetterFile]]:
    nobody = {"site": 0, "account": None, "sees_invoices": False, "sees_letters": False}
    rows = db.session.execute(_FILES, {**(filing.values(place) if place else nobody), "letters": letters}).all()
    drawn = pictures_of({row.file_id for row in rows})
    found: dict[int, list[LetterFile]] = {}
    for row in rows:
        has_picture = row.content_type in PICTURES and bool(drawn.get(row.file_id))
        found.setdefault(row.letter_id, []).append(
            LetterFile(
                row.public_id,
                row.name,
                row.size,
                row.content_type,
                has_picture,
                str(FOLDERS[row.folder][0]) if row.folder in FOLDERS else row.own or "",
                places.address(row.kind, row.document) if row.document else None,
            )
        )
    return found


origins_from(came_with)
