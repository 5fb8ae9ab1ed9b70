"""Why a letter did or did not arrive: looking for deliveries, and the story of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.deliveries.rules import plainly
from app.estate import scope
from app.outbox import addresses, letters
from app.outbox.addresses import Flag
from app.outbox.rules import told
from tenants.db import db

PAGE_SIZE = 50
MOST_PEOPLE = 200
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.code)"
# Letters to an account carry no name: it is its person's, or of staff their login.
_WHO = (
    f"coalesce(i.recipient_name, (SELECT coalesce({_NAME}, a.login) FROM accounts a "
    "LEFT JOIN people p ON p.code = a.person_code AND p.until_revision IS NULL "
    "WHERE i.recipient_key LIKE 'account:%' "
    "AND (a.public_id = substr(i.recipient_key, 9) OR a.login_key = lower(substr(i.recipient_key, 9))) LIMIT 1)) "
    "AS recipient_name"
)
_MINE = (
    "(CAST(:scope AS text[]) IS NULL "
    f"OR (i.recipient_key LIKE 'person:%' AND substr(i.recipient_key, 8) IN ({scope.PEOPLE})) "
    "OR (i.recipient_key LIKE 'account:%' AND EXISTS (SELECT FROM accounts a WHERE "
    f"(a.login = substr(i.recipient_key, 9) OR a.public_id = substr(i.recipient_key, 9)) AND {scope.accounts('a')})))"
)
_STATE = (
    "CASE WHEN i.confirmed_at IS NOT NULL THEN 'confirmed' WHEN i.opened_at IS NOT NULL THEN 'opened' "
    "WHEN i.state = 'queued' AND NOT i.live AND i.channel <> 'letter' THEN 'paused' ELSE i.state END"
)
_COLUMNS = (
    f"i.id, i.public_id, i.cause, i.recipient_key, {_WHO}, i.channel, i.letter, i.address, i.state, "
    f"{_STATE} AS shown, i.reason, i.created_at, i.sent_at, i.bounced_at, i.opened_at, i.confirmed_at, "
    "i.run_after, i.deferrals, i.attempts, i.secret, i.message_id, i.answer, i.digest, "
    "coalesce(c.context ->> 'subject', i.context ->> 'subject') AS subject"
)
_FROM = "FROM outbox_items i LEFT JOIN outbox_causes c ON c.cause = i.cause"
_WHERE = (
    "(CAST(:keys AS text[]) IS NULL OR i.recipient_key = ANY(:keys) "
    "OR lower(i.address) LIKE CAST(:address AS text) OR i.public_id = :words OR i.message_id = :words) "
    "AND (CAST(:cause AS text) IS NULL OR i.cause = :cause) "
    f"AND (CAST(:channel AS text) IS NULL OR i.channel = :channel) AND {_MINE} "
    f"AND (CAST(:state AS text) IS NULL OR {_STATE} = :state "
    "OR (:state = 'trouble' AND i.state IN ('failed', 'skipped', 'held', 'bounced')))"
)
_PAGE = text(f"SELECT {_COLUMNS} {_FROM} WHERE {_WHERE} ORDER BY i.id DESC LIMIT :size OFFSET :skip")
_PLACE = text(f"SELECT i.id {_FROM} WHERE i.public_id = :delivery AND {_MINE}")
_AFTER = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE {_WHERE} AND (CAST(:after AS bigint) IS NULL OR i.id < :after) "
    "AND (CAST(:since AS timestamptz) IS NULL OR i.created_at >= :since) ORDER BY i.id DESC LIMIT :size"
)
_COUNT = text(f"SELECT count(*) FROM (SELECT 1 AS one {_FROM} WHERE {_WHERE} LIMIT 10001) AS x")
_ONE = text(f"SELECT {_COLUMNS} {_FROM} WHERE i.public_id = :delivery AND {_MINE}")
_PEOPLE = text(
    f"SELECT 'person:' || p.code FROM people p WHERE p.until_revision IS NULL "
    f"AND (ext.polish_key({_NAME}) LIKE ext.polish_key(:like) OR p.code = :words) AND {scope.people('p.code')} "
    "LIMIT :most"
)
_ACCOUNTS = text(
    "SELECT a.public_id, a.login, a.person_code FROM accounts a WHERE (lower(a.login) = lower(:words) "
    f"OR a.person_code = ANY(:codes)) AND {scope.accounts('a')} LIMIT :most"
)
_EVENTS = text(
    "SELECT e.id, e.kind, e.at, e.whom, e.note, s.sequence, encode(s.hash, 'hex') AS seal FROM delivery_events e "
    "LEFT JOIN delivery_seals s ON s.event_id = e.id WHERE e.item_id = :item ORDER BY e.id"
)
_SAME = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE i.cause = :cause AND i.recipient_key = :key AND i.id <> :item ORDER BY i.id"
)
_CAUSE = text(
    f"SELECT {_COLUMNS} {_FROM} WHERE i.cause = :cause AND {_MINE} "
    "ORDER BY ext.polish_key(coalesce(i.recipient_name, '')), i.recipient_key, i.id LIMIT :most"
)
_DEAD = text(
    "SELECT f.public_id, f.address, f.bounces, f.code, f.reason, f.last_at, f.dead_at, f.mended_at, f.mended_by, "
    "last.public_id AS delivery, last.recipient_name FROM address_flags f "
    f"CROSS JOIN LATERAL (SELECT i.public_id, {_WHO} FROM outbox_items i WHERE lower(i.address) = f.address "
    f"AND {_MINE} ORDER BY i.id DESC LIMIT 1) AS last WHERE f.dead_at IS NOT NULL ORDER BY f.dead_at DESC LIMIT 500"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; None is anything. `words`: a name, address, login, code of a person or a delivery's id."""

    words: str | None = None
    state: str | None = None
    channel: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the register. `sequence` and `seal` are None until it is sealed."""

    id: int
    kind: str
    at: datetime
    whom: str | None
    note: str | None
    sequence: int | None
    seal: str | None

    @property
    def said(self) -> str:
        """The note as a sentence."""
        return told(self.note)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter to one person by one channel. `state` as its row has it, `shown` with what its person did."""

    id: int
    public_id: str
    cause: str
    recipient_key: str
    name: str
    channel: str
    letter: str
    subject: str
    address: str | None
    state: str
    shown: str
    reason: str
    created_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None
    opened_at: datetime | None
    confirmed_at: datetime | None
    run_after: datetime
    deferrals: int
    attempts: int
    secret: bool
    message_id: str
    answer: str | None
    digest: bytes | None
    flag: Flag | None = None

    @property
    def plainly(self) -> str | None:
        """What the server's sentence means."""
        return plainly(self.reason)

    @property
    def waits_again(self) -> bool:
        """Whether the server said “not now”, and it will be tried again."""
        return self.state == "queued" and self.deferrals > 0

    @property
    def may_go_again(self) -> bool:
        return not self.secret and self.address is not None and self.state in ("failed", "held", "bounced", "skipped")


@dataclass(frozen=True, slots=True)
class Dead:
    """An address that is given up, and the last delivery to it."""

    flag: Flag
    delivery: str
    name: str


def deliveries(actor: Actor, wanted: Wanted, number: int = 1) -> Page[Delivery]:
    """The deliveries that fit, newest first; beyond ten thousand they are not counted. Raises `NotThere`."""
    _may(actor)
    values = _values(actor, wanted)
    total = db.session.execute(_COUNT, values).scalar_one()
    rows = db.session.execute(_PAGE, {**values, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}).all()
    flags = addresses.flags([row.address for row in rows if row.address and row.channel == "email"])
    return Page([_delivery(row, flags) for row in rows], number, PAGE_SIZE, total)


def after(actor: Actor, wanted: Wanted, cursor: str | None, since: datetime | None, size: int) -> list[Delivery] | None:
    """The deliveries that fit, newest first, those after a public id, at most `size`; None when there is none with
    this id. Raises `NotThere`."""
    _may(actor)
    values = {**_values(actor, wanted), "after": None, "since": since, "size": size}
    if cursor is not None:
        values["after"] = db.session.execute(_PLACE, {"delivery": cursor, **scope.values(actor)}).scalar()
        if values["after"] is None:
            return None
    return [_delivery(row, {}) for row in db.session.execute(_AFTER, values)]


def delivery(actor: Actor, public_id: str) -> Delivery:
    """One of them. Raises `NotThere`."""
    _may(actor)
    values = {"delivery": public_id.replace("\0", ""), **scope.values(actor)}
    row = db.session.execute(_ONE, values).one_or_none()
    if row is None:
        raise NotThere(_("Nie ma takiej wiadomości."))
    return _delivery(row, addresses.flags([row.address]) if row.address else {})


def story(actor: Actor, found: Delivery) -> list[Event]:
    """What became of a delivery, oldest first."""
    _may(actor)
    return [Event(*row) for row in db.session.execute(_EVENTS, {"item": found.id})]


def others(actor: Actor, found: Delivery) -> list[Delivery]:
    """The same letter to the same person by other channels."""
    _may(actor)
    values = {"cause": found.cause, "key": found.recipient_key, "item": found.id}
    return [_delivery(row, {}) for row in db.session.execute(_SAME, values)]


def of_cause(actor: Actor, cause: str, most: int) -> list[Delivery]:
    """The deliveries of one cause by name, at most so many."""
    _may(actor)
    values = {"cause": cause, "most": most, **scope.values(actor)}
    return [_delivery(row, {}) for row in db.session.execute(_CAUSE, values)]


def dead_addresses(actor: Actor) -> list[Dead]:
    """The addresses to which nothing is sent any more, newest first."""
    _may(actor)
    rows = db.session.execute(_DEAD, scope.values(actor))
    return [Dead(Flag(*row[:9]), row.delivery, row.recipient_name or "") for row in rows]


def _values(actor: Actor, wanted: Wanted) -> dict[str, Any]:
    limits = scope.values(actor)
    words = wanted.words
    found: dict[str, Any] = {
        "keys": None,
        "address": None,
        "words": words,
        "cause": wanted.cause,
        "state": wanted.state,
        "channel": wanted.channel,
        **limits,
    }
    if words:
        plain = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        found["address"] = plain.lower() + "%"
        found["keys"] = _keys(words, f"%{plain}%", limits)
    return found


def _keys(words: str, like: str, limits: dict[str, Any]) -> list[str]:
    """The keys under which the outbox knows whoever is called so."""
    asked = {"words": words, "like": like, "most": MOST_PEOPLE, **limits}
    people = list(db.session.execute(_PEOPLE, asked).scalars())
    codes = [key.removeprefix("person:") for key in people]
    keys = set(people)
    for row in db.session.execute(_ACCOUNTS, {**asked, "codes": codes}):
        keys |= {f"account:{row.public_id}", f"account:{row.login}"}
        if row.person_code:
            keys.add(f"person:{row.person_code}")
    return sorted(keys)


def _delivery(row: Any, flags: dict[str, Flag]) -> Delivery:
    return Delivery(
        row.id, row.public_id, row.cause, row.recipient_key, row.recipient_name or "", row.channel, row.letter,
        _subject(row.letter, row.subject), row.address, row.state, row.shown, told(row.reason), row.created_at,
        row.sent_at, row.bounced_at, row.opened_at, row.confirmed_at, row.run_after, row.deferrals, row.attempts,
        row.secret, row.message_id, row.answer, row.digest,
        flags.get((row.address or "").lower()) if row.channel == "email" else None,
    )  # fmt: skip


def _subject(letter: str, subject: str | None) -> str:
    try:
        kind = letters.kind(letter)
    except KeyError:
        return subject or letter
    return subject or (str(kind.subject) if kind.subject is not None else letter)


def _may(actor: Actor) -> None:
    if not actor.may(Can.SEE_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
