"""Reads of requests about personal data: one's own, and those that the office answers."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from sqlalchemy import Row, text

from app.accounts.queries.reach import within
from app.core.actor import Actor, Can
from app.core.clock import now, today
from app.core.errors import NotThere
from app.core.paging import Page
from app.documents import visibility
from app.office import settings
from app.personal import rules
from app.personal.rules import Retention
from tenants.db import db

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Request:
    """One request. `who` is the person's name, or the login; `account` the public id of the account."""

    public_id: str
    kind: str
    body: str
    state: str
    asked_at: datetime
    answer: str | None
    decided_at: datetime | None
    decided_by: str | None
    login: str
    who: str
    account: str
    role: str

    @property
    def kind_label(self) -> str:
        return str(rules.KINDS[self.kind])

    @property
    def state_label(self) -> str:
        return str(rules.STATES[self.state])

    @property
    def due_at(self) -> datetime:
        """Until when the office must answer."""
        return self.asked_at + timedelta(days=rules.ANSWER_DAYS)

    @property
    def is_late(self) -> bool:
        return self.state == "open" and self.due_at < now()


_LINE = (
    "SELECT r.public_id, r.kind, r.body, r.state, r.asked_at, r.answer, r.decided_at, r.decided_by, a.login, "
    "coalesce((SELECT coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), '')) FROM people p "
    "WHERE p.code = a.person_code AND p.until_revision IS NULL), a.login) AS who, a.public_id AS account, a.role, "
    "a.id AS account_id, a.person_code FROM personal_requests r JOIN accounts a ON a.id = r.account_id "
)
_MINE = text(f"{_LINE} WHERE r.account_id = :account ORDER BY r.id DESC LIMIT 50")
_ALL = text(f"{_LINE} ORDER BY r.state = 'open' DESC, CASE WHEN r.state = 'open' THEN r.id END, r.id DESC LIMIT 5000")
_ONE = text(f"{_LINE} WHERE r.public_id = :request")
_ATTACHMENTS = text(
    "SELECT f.public_id, f.name, f.size, f.file_id FROM message_files f JOIN messages m ON m.id = f.message_id "
    "JOIN message_threads t ON t.id = m.thread_id WHERE t.account_id = :account AND m.side IN ('resident', 'office') "
    "ORDER BY f.id"
)
_DOCUMENTS = text(
    "SELECT v.public_id, v.name, f.size, v.file_id FROM documents d JOIN document_versions v ON v.document_id = d.id "
    f"JOIN stored_files f ON f.id = v.file_id WHERE {visibility.OWN} AND v.released_at IS NOT NULL "
    "AND v.withdrawn_at IS NULL ORDER BY v.id"
)


def mine(actor: Actor) -> list[Request]:
    """The actor's own requests, newest first."""
    return [_request(row) for row in db.session.execute(_MINE, {"account": actor.account_id})]


def requests(actor: Actor, number: int = 1) -> Page[Request]:
    """The requests that the actor may answer: open ones first, the longest waiting before others. Raises `NotThere`."""
    _may(actor)
    rows = [row for row in db.session.execute(_ALL) if within(actor, row.account_id, row.person_code, today())]
    start = (number - 1) * PAGE_SIZE
    return Page([_request(row) for row in rows[start : start + PAGE_SIZE]], number, PAGE_SIZE, len(rows))


def request(actor: Actor, public_id: str) -> Request:
    """One request that the actor may answer. Raises `NotThere`."""
    _may(actor)
    row = db.session.execute(_ONE, {"request": public_id}).one_or_none() if "\0" not in public_id else None
    if row is None or not within(actor, row.account_id, row.person_code, today()):
        raise NotThere("")
    return _request(row)


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A file of somebody's own: `size` in bytes, `file_id` the stored file, None for one of an old message."""

    public_id: str
    name: str
    size: int
    file_id: int | None


def attachments(actor: Actor) -> list[OwnFile]:
    """The files in the actor's own conversations."""
    return [OwnFile(*row) for row in db.session.execute(_ATTACHMENTS, {"account": actor.account_id})]


def documents(actor: Actor) -> list[OwnFile]:
    """The files of documents of the actor's own: addressed to them, or of units for which they settle."""
    return [OwnFile(*row) for row in db.session.execute(_DOCUMENTS, visibility.resident_values(actor))]


def retention(actor: Actor) -> Retention:
    """The manager's periods. Raises `NotThere` without the right."""
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
    return settings.fresh(Retention)


def _request(row: Row) -> Request:  # type: ignore[type-arg]
    return Request(**{field.name: getattr(row, field.name) for field in fields(Request)})


def _may(actor: Actor) -> None:
    if not actor.may(Can.ANSWER_REQUESTS):
        raise NotThere("")
