"""Reads of conversations: residents see their own, staff those of the buildings that they look after."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.estate import scope
from app.gateways import files as storage
from app.messages.rules import CATEGORIES, CORRECTION, STATES
from tenants.db import db

PAGE_SIZE = 25
PLACE = "messages"


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A conversation in a list. `unread` counts messages of the other side that the reader has not seen."""

    public_id: str
    subject: str
    category: str
    state: str
    unit_code: str | None
    login: str
    who: str
    started_at: datetime
    last_at: datetime
    assigned: str | None
    unread: int
    count: int

    @property
    def category_label(self) -> str:
        return str(CATEGORIES.get(self.category, self.category))

    @property
    def state_label(self) -> str:
        return str(STATES[self.state])


@dataclass(frozen=True, slots=True)
class FileLine:
    public_id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message. `side` is `resident` or `office`."""

    side: str
    author: str
    body: str
    sent_at: datetime
    read_at: datetime | None
    files: tuple[FileLine, ...]


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its messages, oldest first, and the public id of the resident's account."""

    line: ThreadLine
    account: str
    open_account: bool
    messages: tuple[MessageLine, ...]


@dataclass(frozen=True, slots=True)
class StoredFile:
    name: str
    content_type: str
    content: bytes


# A conversation about a unit belongs to its building, any other to those of the resident.
_MINE = (
    f"CASE WHEN NOT :staff THEN t.account_id = :me WHEN t.unit_code IS NOT NULL THEN {scope.units('t.unit_code')} "
    f"ELSE {scope.accounts('a')} END"
)
_LINE = (
    "t.public_id, t.subject, t.category, t.state, t.unit_code, a.login, "
    "coalesce((SELECT coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), '')) FROM people p "
    "WHERE p.code = a.person_code AND p.until_revision IS NULL), a.login) AS who, t.started_at, t.last_at, "
    "(SELECT s.login FROM accounts s WHERE s.id = t.assigned_to) AS assigned, "
    "(SELECT count(*) FROM messages m WHERE m.thread_id = t.id AND m.side = :other AND m.read_at IS NULL) AS unread, "
    "(SELECT count(*) FROM messages m WHERE m.thread_id = t.id) AS count"
)
_FROM = f"FROM message_threads t JOIN accounts a ON a.id = t.account_id WHERE {_MINE}"
_STATE = "(CAST(:state AS text) IS NULL OR t.state = :state)"
_LIST = text(
    f"SELECT {_LINE} {_FROM} AND {_STATE} ORDER BY :staff AND t.state = 'new' DESC, "
    "CASE WHEN :staff AND t.state = 'new' THEN t.last_at END, t.last_at DESC, t.id DESC LIMIT :size OFFSET :skip"
)
_CORRECTIONS = text(
    f"SELECT {_LINE} {_FROM} AND t.category = :category AND t.state <> 'closed' ORDER BY t.last_at DESC LIMIT 5"
)
_COUNT = text(f"SELECT count(*) {_FROM} AND {_STATE}")
_ID = text(f"SELECT t.id {_FROM} AND t.public_id = :thread")
_ONE = text(f"SELECT {_LINE}, t.id, a.public_id AS account, a.status {_FROM} AND t.public_id = :thread")
_MESSAGES = text(
    "SELECT id, side, author_name, body, sent_at, read_at FROM messages WHERE thread_id = :thread ORDER BY id"
)
_FILES = text(
    "SELECT f.message_id, f.public_id, f.name, f.size FROM message_files f JOIN messages m ON m.id = f.message_id "
    "WHERE m.thread_id = :thread ORDER BY f.id"
)
_FILE = text(
    "SELECT f.public_id, f.name, f.content_type FROM message_files f JOIN messages m ON m.id = f.message_id "
    f"JOIN message_threads t ON t.id = m.thread_id JOIN accounts a ON a.id = t.account_id "
    f"WHERE f.public_id = :file AND {_MINE}"
)
_SCOPE = text(f"SELECT {scope.accounts('a')} FROM accounts a WHERE a.id = :account")


def threads(actor: Actor, number: int = 1, state: str | None = None) -> Page[ThreadLine]:
    """The conversations that the actor may see: newest first, for staff after those that wait, the longest first."""
    values = {**_values(actor), "state": state if state in STATES else None}
    total = db.session.execute(_COUNT, values).scalar_one()
    rows = db.session.execute(_LIST, {**values, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE})
    return Page([ThreadLine(*row) for row in rows], number, PAGE_SIZE, total)


def corrections(actor: Actor) -> list[ThreadLine]:
    """The newest conversations about the actor's own data that are not over, at most five."""
    rows = db.session.execute(_CORRECTIONS, {**_values(actor), "category": CORRECTION})
    return [ThreadLine(*row) for row in rows]


def waiting(actor: Actor) -> int:
    """How many conversations wait for an answer of the office, as far as the actor sees them."""
    values = {**_values(actor), "state": "new"}
    return int(db.session.execute(_COUNT, values).scalar_one())


def thread(actor: Actor, public_id: str) -> Thread:
    """One conversation. Raises `NotThere`."""
    row = db.session.execute(_ONE, {**_values(actor), "thread": _plain(public_id)}).one_or_none()
    if row is None:
        raise NotThere("")
    files: dict[int, list[FileLine]] = {}
    for message_id, *file in db.session.execute(_FILES, {"thread": row.id}):
        files.setdefault(message_id, []).append(FileLine(*file))
    messages = tuple(
        MessageLine(side, author, body, sent_at, read_at, tuple(files.get(message_id, ())))
        for message_id, side, author, body, sent_at, read_at in db.session.execute(_MESSAGES, {"thread": row.id})
    )
    return Thread(ThreadLine(*row[:12]), row.account, row.status == "active", messages)


def thread_row(actor: Actor, public_id: str) -> int:
    """The internal id of a conversation that the actor may see. Raises `NotThere`."""
    found: int | None = db.session.execute(_ID, {**_values(actor), "thread": _plain(public_id)}).scalar()
    if found is None:
        raise NotThere("")
    return found


def attachment(actor: Actor, public_id: str) -> StoredFile:
    """A file of a conversation that the actor may see. Raises `NotThere`, also when the storage has lost it."""
    row = db.session.execute(_FILE, {**_values(actor), "file": _plain(public_id)}).one_or_none()
    if row is None:
        raise NotThere("")
    try:
        with storage.files().local_path(storage.key(PLACE, row.public_id)) as path:
            return StoredFile(row.name, row.content_type, path.read_bytes())
    except FileNotFoundError as error:
        raise NotThere("") from error


def in_scope(actor: Actor, account_id: int) -> bool:
    """Whether an account belongs to the buildings that a member of staff looks after."""
    return bool(db.session.execute(_SCOPE, {"account": account_id, **scope.values(actor)}).scalar())


def _values(actor: Actor) -> dict[str, Any]:
    staff = actor.may(Can.SEE_MESSAGES)
    if not staff and not actor.is_resident:
        raise NotThere("")
    other = "resident" if staff else "office"
    return {"staff": staff, "me": actor.account_id, "other": other, **scope.values(actor)}


def _plain(public_id: str) -> str:
    return public_id.replace("\0", "")
