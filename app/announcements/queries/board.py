"""What hangs for whom now: residents see what is published, as long as they belong to its audience."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.announcements.rules import FAILURE, said_in
from app.audience import membership
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import language
from app.mailouts import received
from tenants import reading
from tenants.bound import current
from tenants.db import db

KEPT_SECONDS, UNREAD_SECONDS, CONCERNED_SECONDS = 3.0, 20.0, 60.0
MOST_KEPT = 50_000
_COLUMNS = (
    "n.id, n.public_id, n.title, n.body, n.translations, n.importance, n.published_at, n.changed_at, n.expires_at, "
    "n.ends_at, n.confirm, n.mailout"
)
_HANGS = "n.state = 'published' AND (n.expires_at IS NULL OR n.expires_at > now())"
_OVER = "n.state = 'published' AND n.expires_at <= now()"
_READ = "LEFT JOIN announcement_reads r ON r.announcement_id = n.id AND r.account_id = :account"
_MINE = membership.condition("n.audience")
_LIST = (
    f"SELECT {_COLUMNS}, r.read_at, r.confirmed_at FROM announcements n {_READ} WHERE {{0}} AND {_MINE} "
    "ORDER BY n.published_at DESC, n.id DESC"
)
_HANGING, _ARCHIVE = text(_LIST.format(_HANGS)), text(_LIST.format(_OVER))
_ONE = text(_LIST.format("n.state = 'published' AND n.public_id = :public_id"))
# A mailout that carried the words of an announcement is not counted twice.
_UNREAD = text(
    f"SELECT (SELECT count(*) FROM announcements n WHERE {_HANGS} AND {_MINE} AND NOT EXISTS "
    "(SELECT FROM announcement_reads r WHERE r.announcement_id = n.id AND r.account_id = :account)) "
    f"+ (SELECT count(*) FROM mailouts m JOIN accounts a ON a.id = :account WHERE {received.NEW} "
    "AND NOT EXISTS (SELECT FROM announcements n WHERE n.mailout = m.public_id))"
)
# One that was removed after its time leaves the mailout that carried its words behind.
_TAKEN_BACK = text(
    "SELECT mailout FROM announcements WHERE state = 'withdrawn' AND mailout IS NOT NULL UNION ALL "
    "SELECT m.public_id FROM mailouts m WHERE m.form_key LIKE 'announcement:%' "
    "AND NOT EXISTS (SELECT FROM announcements n WHERE 'announcement:' || n.public_id = m.form_key)"
)
_ANY = text(
    f"SELECT EXISTS (SELECT FROM announcements n WHERE {_HANGS}) OR EXISTS (SELECT FROM mailouts m "
    f"WHERE m.created_at > now() - interval '{received.NEW_DAYS} days')"
)
_LIVE = text(
    "SELECT public_id, title, translations, ends_at, audience FROM announcements n "
    f"WHERE {_HANGS} AND importance = 'failure' AND ends_at > now() ORDER BY n.ends_at, n.id"
)
_FAILURES = text(
    "SELECT n.public_id FROM announcements n WHERE n.state = 'published' AND n.importance = 'failure' "
    f"AND n.ends_at > now() AND {_MINE}"
)


@dataclass(frozen=True, slots=True)
class Hanging:
    """An announcement as a resident sees it, in the language of this page as far as there is one."""

    id: int
    public_id: str
    title: str
    body: str
    locale: str
    importance: str
    at: datetime
    changed_at: datetime | None
    expires_at: datetime | None
    ends_at: datetime | None
    confirm: bool
    mailout: str | None
    read: bool
    confirmed_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.expires_at is not None and self.expires_at <= now()

    @property
    def is_going_on(self) -> bool:
        """A failure that has not ended."""
        return self.importance == FAILURE and self.ends_at is not None and self.ends_at > now()


@dataclass(frozen=True, slots=True)
class Failure:
    """A failure (awaria) that is going on, for the banner above pages."""

    public_id: str
    title: str
    locale: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Live:
    """What hangs at a manager now, whoever sees it."""

    until: float
    any: bool
    failures: tuple[tuple[str, str, dict[str, Any], datetime, dict[str, Any]], ...]


_live: dict[int, _Live] = {}
_unread: dict[tuple[int, int], tuple[float, int]] = {}
# Until when; about which failures was asked; which of them concern the account.
_concerned: dict[tuple[int, int], tuple[float, frozenset[str], frozenset[str]]] = {}


def hanging(actor: Actor) -> list[Hanging]:
    """All that hangs for the actor now, newest first."""
    return _hanging(actor, _HANGING)


def archive(actor: Actor) -> list[Hanging]:
    """What hung for the actor and has expired, newest first."""
    return _hanging(actor, _ARCHIVE)


def one(actor: Actor, public_id: str) -> Hanging:
    """One that hangs or has expired. Raises `NotThere`, also for one to others and one that was taken back."""
    found = _hanging(actor, _ONE, public_id=public_id.replace("\0", ""))
    if not found:
        raise NotThere(_("Nie ma takiego ogłoszenia."))
    return found[0]


def taken_back() -> set[str]:
    """The public ids of mailouts that carried announcements which were taken back, or removed after their time: these
    words are shown no more."""
    return set(db.session.execute(_TAKEN_BACK).scalars())


def unread(actor: Actor, *, fresh: bool = False) -> int:
    """How many announcements and recent mailouts the actor has not opened; some seconds old unless it must be `fresh`.

    Asks nothing of the database where there are none.
    """
    if actor.account_id is None or not _live_now().any:
        return 0
    key = (current().id, actor.account_id)
    kept = _unread.get(key)
    if not fresh and kept is not None and time.monotonic() < kept[0]:
        return kept[1]
    values = {**membership.values(actor), "account": actor.account_id}
    count = int(reading.rows(_UNREAD, values)[0][0])
    _keep(_unread, key, (time.monotonic() + UNREAD_SECONDS, count))
    return count


def failures(actor: Actor | None) -> list[Failure]:
    """Failures that are going on: for a resident those of their audiences, for a stranger those of everybody."""
    found = [row for row in _live_now().failures if row[3] > now()]
    if found and actor is None:
        found = [row for row in found if row[4] == {"all": True}]
    elif found and actor is not None:
        mine = _concerning(actor, frozenset(row[0] for row in found))
        found = [row for row in found if row[0] in mine]
    return [_failure(*row[:4]) for row in found]


def _concerning(actor: Actor, asked: frozenset[str]) -> frozenset[str]:
    """Which of these failures concern the actor. While one goes on, many look, and each at several pages."""
    key = (current().id, actor.account_id or 0)
    kept = _concerned.get(key)
    if kept is not None and time.monotonic() < kept[0] and asked <= kept[1]:
        return kept[2]
    mine = frozenset(row[0] for row in reading.rows(_FAILURES, membership.values(actor)))
    _keep(_concerned, key, (time.monotonic() + CONCERNED_SECONDS, asked, mine))
    return mine


def _keep(where: dict[Any, Any], key: Any, value: Any) -> None:
    if len(where) >= MOST_KEPT:
        where.clear()
    where[key] = value


def forget() -> None:
    """Forget what is remembered of the bound manager in this process, because it has changed."""
    tenant = current().id
    _live.pop(tenant, None)
    for kept in (_unread, _concerned):
        for key in [key for key in kept if key[0] == tenant]:
            kept.pop(key, None)  # type: ignore[attr-defined]


def forget_all() -> None:
    """Forget what is remembered of every manager in this process."""
    for kept in (_live, _unread, _concerned):
        kept.clear()  # type: ignore[attr-defined]


def forget_unread(account_id: int) -> None:
    """Forget how many an account of the bound manager has not opened."""
    _unread.pop((current().id, account_id), None)


def _hanging(actor: Actor, statement: Any, **values: Any) -> list[Hanging]:
    given = {**membership.values(actor), "account": actor.account_id, **values}
    return [_made(row) for row in db.session.execute(statement, given)]


def _made(row: Any) -> Hanging:
    title, body, locale = said_in(language(), row.title, row.body, row.translations)
    changed = row.changed_at if row.changed_at > row.published_at else None
    return Hanging(
        row.id, row.public_id, title, body, locale, row.importance, row.published_at, changed, row.expires_at,
        row.ends_at, row.confirm, row.mailout, row.read_at is not None, row.confirmed_at,
    )  # fmt: skip


def _failure(public_id: str, title: str, translations: dict[str, Any], ends_at: datetime) -> Failure:
    said, _body, locale = said_in(language(), title, "", translations)
    return Failure(public_id, said, locale, ends_at)


def _live_now() -> _Live:
    tenant = current()
    kept = _live.get(tenant.id)
    if kept is not None and time.monotonic() < kept.until:
        return kept
    hangs = bool(reading.rows(_ANY, {})[0][0])
    found: tuple[Any, ...] = tuple(reading.rows(_LIVE, {})) if hangs else ()
    made = _Live(time.monotonic() + KEPT_SECONDS, hangs, found)
    _live[tenant.id] = made
    return made
