"""One conversation: its messages, its files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.attachments import queries as stored
from app.core.actor import Actor
from app.core.errors import NotThere
from app.gateways import files as storage
from app.messages.about import Card, card
from app.messages.queries.lines import FROM, LINE, LINE_LENGTH, MINE, OPEN_SIDES, ThreadLine, plain, values
from tenants.db import db

PLACE = "messages"  # of files that came before they were kept in one place for all features


@dataclass(frozen=True, slots=True)
class FileLine:
    public_id: str
    name: str
    size: int
    has_picture: bool


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message. `side` is `resident`, `office`, and for staff also `note` or `unverified`.

    `quoted` is what the mail program of a letter quoted; `left_out` are (name, reason) of files that were not taken.
    `meant` is `office` for an unverified letter that would be the office's answer.
    """

    public_id: str
    side: str
    author: str
    body: str
    sent_at: datetime
    read_at: datetime | None
    channel: str
    quoted: str | None
    from_address: str | None
    left_out: tuple[tuple[str, str], ...]
    files: tuple[FileLine, ...]
    meant: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation with its messages, oldest first, and the public id of the resident's account.

    `seen` is the public id of the newest message that both sides see; `about` what the reader sees of its subject.
    """

    line: ThreadLine
    account: str
    open_account: bool
    email: str | None
    messages: tuple[MessageLine, ...]
    about: Card | None = None

    @property
    def seen(self) -> str:
        return next((m.public_id for m in reversed(self.messages) if m.side in ("resident", "office")), "")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message: the id of the stored one, or of older files their own public id."""

    public_id: str
    name: str
    content_type: str
    file_id: int | None

    @property
    def content(self) -> bytes:
        """The bytes. Raises `NotThere` when the storage has lost them."""
        if self.file_id is not None:
            return stored.content(self.file_id)
        try:
            with storage.files().local_path(storage.key(PLACE, self.public_id)) as path:
                return path.read_bytes()
        except FileNotFoundError as error:
            raise NotThere("") from error


_VISIBLE = f"(m.side IN {OPEN_SIDES} OR (:staff AND m.side IN ('note', 'unverified')))"
_ID = text(f"SELECT t.id {FROM} AND t.public_id = :thread")
_ONE = text(
    f"SELECT {LINE}, t.id, a.public_id AS account, a.status, a.email::text AS email, t.about "
    f"{FROM} AND t.public_id = :thread"
)
_MESSAGES = text(
    "SELECT m.id, m.public_id, m.side, m.author_name, m.body, m.sent_at, m.read_at, m.channel, "
    # What staff quoted is not for residents: it may come from a letter among themselves.
    "CASE WHEN m.side = 'office' AND NOT :staff THEN NULL ELSE m.quoted END AS quoted, "
    f"m.from_address, m.left_out, m.meant FROM messages m WHERE m.thread_id = :thread AND {_VISIBLE} ORDER BY m.id"
)
_FILES = text(
    "SELECT f.message_id, f.public_id, f.name, f.size, coalesce(s.pages, 0) > 0 AS has_picture "
    "FROM message_files f JOIN messages m ON m.id = f.message_id LEFT JOIN stored_files s ON s.id = f.file_id "
    "WHERE m.thread_id = :thread ORDER BY f.id"
)
_FILE = text(
    "SELECT f.public_id, f.name, f.content_type, f.file_id FROM message_files f JOIN messages m ON m.id = f.message_id "
    f"JOIN message_threads t ON t.id = m.thread_id JOIN accounts a ON a.id = t.account_id "
    f"WHERE f.public_id = :file AND {_VISIBLE} AND {MINE}"
)


def thread(actor: Actor, public_id: str) -> Thread:
    """One conversation. Raises `NotThere`."""
    given = values(actor)
    row = db.session.execute(_ONE, {**given, "thread": plain(public_id)}).one_or_none()
    if row is None:
        raise NotThere("")
    files: dict[int, list[FileLine]] = {}
    for message_id, *file in db.session.execute(_FILES, {"thread": row.id}):
        files.setdefault(message_id, []).append(FileLine(*file))
    found = db.session.execute(_MESSAGES, {"thread": row.id, "staff": given["staff"]})
    messages = tuple(_message(each, tuple(files.get(each[0], ()))) for each in found)
    line = ThreadLine(*row[:LINE_LENGTH])
    return Thread(line, row.account, row.status == "active", row.email, messages, card(actor, row.about))


def thread_row(actor: Actor, public_id: str) -> int:
    """The internal id of a conversation that the actor may see. Raises `NotThere`."""
    found: int | None = db.session.execute(_ID, {**values(actor), "thread": plain(public_id)}).scalar()
    if found is None:
        raise NotThere("")
    return found


def attachment(actor: Actor, public_id: str) -> Attachment:
    """A file of a conversation that the actor may see. Raises `NotThere`."""
    row = db.session.execute(_FILE, {**values(actor), "file": plain(public_id)}).one_or_none()
    if row is None:
        raise NotThere("")
    return Attachment(*row)


def _message(row: Any, files: tuple[FileLine, ...]) -> MessageLine:
    left_out = tuple((str(each.get("name", "")), str(each.get("why", ""))) for each in row.left_out or ())
    public_id, side, author, body, sent_at, read_at, channel, quoted, sender = row[1:10]
    return MessageLine(
        public_id, side, author, body, sent_at, read_at, channel, quoted, sender, left_out=left_out, files=files,
        meant=row.meant,
    )
