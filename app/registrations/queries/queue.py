"""The queue of applications, one of them for staff, and the page on which the applicant sees how it stands.

Staff who are limited to some buildings see the applications whose unit is found in one of these.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere
from app.core.paging import Page
from app.registrations import rules, tokens
from app.registrations.queries.matching import UNIT_FITS
from tenants.db import db

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One application in the queue. `age` since it came; `late` when the office should have answered by now."""

    public_id: str
    name: str
    unit: str
    role: str
    way: str
    state: str
    created_at: datetime
    changed_at: datetime
    age: timedelta
    late: bool


@dataclass(frozen=True, slots=True)
class Note:
    """A question of the office or an answer; `author` is the login of staff."""

    side: str
    author: str | None
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """Everything about one application, for staff. `login` and `account_id` (public) of the account made from it."""

    public_id: str
    way: str
    state: str
    version: int
    created_at: datetime
    changed_at: datetime
    first_name: str
    last_name: str
    role: str
    unit: str
    email: str | None
    phone: str | None
    locale: str
    terms_version: int | None
    privacy_version: int | None
    email_confirmed_at: datetime | None
    signed_on: date | None
    identity_note: str | None
    entered_by: str | None
    reason: str | None
    decided_by: str | None
    handed: str | None
    account: str | None
    login: str | None
    notes: tuple[Note, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    @property
    def is_open(self) -> bool:
        return self.state in rules.OPEN

    @property
    def late(self) -> bool:
        return rules.is_late(self.state, self.created_at, now())


@dataclass(frozen=True, slots=True)
class Status:
    """How an application stands, for the applicant: none of what staff wrote but questions and the reason."""

    state: str
    name: str
    unit: str
    created_at: datetime
    changed_at: datetime
    reason: str | None
    email_confirmed: bool
    notes: tuple[Note, ...]


_VISIBLE = f"(CAST(:buildings AS text[]) IS NULL OR {UNIT_FITS})"
_STATE = "state = ANY(:states)"
_COUNT = text(f"SELECT count(*) FROM registrations r WHERE {_STATE} AND {_VISIBLE}")
_LATE = text(f"SELECT count(*) FROM registrations r WHERE {_STATE} AND created_at < :before AND {_VISIBLE}")
_LIST = (
    "SELECT public_id, first_name || ' ' || last_name AS name, unit, role, way, state, created_at, changed_at "
    f"FROM registrations r WHERE {_STATE} AND {_VISIBLE} ORDER BY "
)
_OLDEST = text(f"{_LIST} (state = 'asked'), created_at, id LIMIT :size OFFSET :skip")
_NEWEST = text(f"{_LIST} changed_at DESC, id DESC LIMIT :size OFFSET :skip")
_ONE = text(
    "SELECT r.id, r.public_id, r.way, r.state, r.version, r.created_at, r.changed_at, r.first_name, r.last_name, "
    "r.role, r.unit, r.email, r.phone, r.locale, r.terms_version, r.privacy_version, r.email_confirmed_at, "
    "r.signed_on, r.identity_note, r.entered_by, r.reason, r.decided_by, r.handed, "
    "a.public_id AS account, a.login "
    "FROM registrations r LEFT JOIN accounts a ON a.id = r.account_id "
    f"WHERE r.public_id = :public_id AND {_VISIBLE}"
)
_STATUS = text(
    "SELECT id, state, first_name || ' ' || last_name AS name, unit, created_at, changed_at, reason, "
    "email_confirmed_at IS NOT NULL AS email_confirmed FROM registrations WHERE public_id = :public_id"
)
_NOTES = text("SELECT side, author, body, at FROM registration_notes WHERE registration_id = :id ORDER BY id")
CLOSED = ("approved", "rejected", "withdrawn")


def queue(actor: Actor, *, decided: bool, number: int) -> Page[Line]:
    """Applications that wait, oldest first, or those that are settled, newest first. Raises `NotThere`."""
    found = {**_scope(actor), "states": list(CLOSED if decided else rules.OPEN)}
    total = db.session.execute(_COUNT, found).scalar_one()
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = db.session.execute(_NEWEST if decided else _OLDEST, {**found, **window})
    return Page(list(_lines(rows)), number, PAGE_SIZE, total)


def waiting(actor: Actor) -> int:
    """How many applications wait for the office."""
    return int(db.session.execute(_COUNT, {**_scope(actor), "states": ["new", "answered"]}).scalar_one())


def late(actor: Actor) -> int:
    """How many of these wait for more than a day."""
    values = {**_scope(actor), "states": ["new", "answered"], "before": now() - rules.WAITING_TOO_LONG}
    return int(db.session.execute(_LATE, values).scalar_one())


def application(actor: Actor, public_id: str) -> Application:
    """One application with its questions and answers. Raises `NotThere`, also for another building's."""
    row = None
    if "\0" not in public_id:
        row = db.session.execute(_ONE, {**_scope(actor), "public_id": public_id}).one_or_none()
    if row is None:
        raise NotThere("")
    values = dict(row._mapping)
    return Application(notes=_notes(values.pop("id")), **values)


def status(token: str) -> Status:
    """How an application stands, for whoever holds the link. Raises `NotThere`."""
    public_id = tokens.read_status(token)
    row = db.session.execute(_STATUS, {"public_id": public_id}).one_or_none() if public_id else None
    if row is None:
        raise NotThere("")
    values = dict(row._mapping)
    return Status(notes=_notes(values.pop("id")), **values)


def _lines(rows: Iterable[Any]) -> Iterable[Line]:
    moment = now()
    for row in rows:
        late = rules.is_late(row.state, row.created_at, moment)
        yield Line(**row._mapping, age=moment - row.created_at, late=late)


def _notes(registration_id: int) -> tuple[Note, ...]:
    return tuple(Note(*row) for row in db.session.execute(_NOTES, {"id": registration_id}))


def _scope(actor: Actor) -> dict[str, Any]:
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    return {"buildings": sorted(actor.buildings) if actor.buildings is not None else None}
