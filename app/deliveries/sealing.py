"""Sealing a tenant's register of deliveries, and finding out whether it is still what was sealed.

Events are sealed some time after they were written, never while a letter leaves: a chain in there would make the
senders wait for each other. The newest hash is copied to the platform's schema, where the tenant's role cannot
reach, so that a chain calculated anew, or cut short, is found out as well.

An event's address and note may be wiped when a person is forgotten: the chain covers their `proof` instead, and still
holds. While they are there they must agree with it. What is not found out: what happens to an event before its seal.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine, insert, text

from app.deliveries import rules
from app.deliveries.models import DeliverySeal
from app.deliveries.rules import Broken, Link
from app.outbox.events import proven
from tenants.bound import current
from tenants.db import PLATFORM, db

BATCH = 2000
LOCK = 17  # the second half of an advisory lock's key; the first is the tenant
_EVENT = (
    "e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, e.kind, "
    "i.public_id AS delivery, i.message_id, i.channel, encode(e.proof, 'hex') AS proof"
)
# A transaction that ended late brings an event between sealed ones; none ends five thousand events late.
_OLD = "coalesce((SELECT event_id FROM delivery_seals ORDER BY sequence DESC OFFSET 5000 LIMIT 1), 0)"
_FRESH = f"e.id > {_OLD} AND NOT EXISTS (SELECT FROM delivery_seals s WHERE s.event_id = e.id)"
_TO_SEAL = text(
    f"SELECT {_EVENT} FROM delivery_events e JOIN outbox_items i ON i.id = e.item_id WHERE {_FRESH} "
    f"ORDER BY e.id LIMIT {BATCH}"
)
_WAITS = text(f"SELECT EXISTS (SELECT FROM delivery_events e WHERE {_FRESH})")
_WAITING = text(f"SELECT count(*) FROM delivery_events e WHERE {_FRESH}")
_UNSEALED = text(
    "SELECT e.id FROM delivery_events e WHERE NOT EXISTS (SELECT FROM delivery_seals s WHERE s.event_id = e.id) "
    f"AND e.id <= {_OLD} ORDER BY e.id LIMIT 1"
)
_LAST = text("SELECT sequence, hash, sealed_at FROM delivery_seals ORDER BY sequence DESC LIMIT 1")
_AT = text("SELECT hash, event_id FROM delivery_seals WHERE sequence = :sequence")
_CHAIN = text(
    f"SELECT s.sequence, s.event_id, s.hash AS seal, i.id AS there, e.whom, e.note, e.content, {_EVENT} "
    "FROM delivery_seals s LEFT JOIN delivery_events e ON e.id = s.event_id "
    f"LEFT JOIN outbox_items i ON i.id = e.item_id WHERE s.sequence > :after ORDER BY s.sequence LIMIT {BATCH}"
)
_TRY = text("SELECT pg_try_advisory_xact_lock(CAST(:tenant AS int), CAST(:lock AS int))")
_HEAD = text("SELECT sequence, hash FROM platform.delivery_heads WHERE tenant_id = :tenant")
_SET_HEAD = text(
    "INSERT INTO platform.delivery_heads AS h (tenant_id, sequence, hash) VALUES (:tenant, :sequence, :hash) "
    "ON CONFLICT (tenant_id) DO UPDATE SET sequence = EXCLUDED.sequence, hash = EXCLUDED.hash, at = now() "
    "WHERE h.sequence < EXCLUDED.sequence"
)


class Tampered(Exception):
    """The chain does not hold the hash that the platform remembers: it is not continued."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the register: how many events are sealed and hold, how many wait, and where it breaks first."""

    sealed: int
    waiting: int
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest seal, None before the first, and whether the chain holds the hash that the platform remembers."""

    sequence: int
    at: datetime | None
    whole: bool


def waits() -> bool:
    """Whether the bound tenant has an event that should be sealed."""
    with _connection() as connection:
        return bool(connection.execute(_WAITS).scalar())


def seal() -> int:
    """Seal what waits, in transactions of its own, and return how many events. Raises `Tampered`.

    Where another process seals already there is nothing left to do.
    """
    done = 0
    while True:
        count = _seal_batch()
        done += count
        if count < BATCH:
            return done


def verify() -> Verdict:
    """Check every seal of the bound tenant against the register, and the chain against the platform's memory."""
    head = _head()  # first: it may be behind what is read next, never ahead of it
    place, previous = 0, rules.GENESIS
    with _connection() as connection:
        while links := _links(connection, place):
            found, previous, place = rules.broken(links, previous, place)
            if found is not None:
                return Verdict(place, 0, found)
        found = _against(connection, head) or _put_in(connection)
        return Verdict(place, int(connection.execute(_WAITING).scalar_one()), found)


def standing() -> Standing:
    """The state of the seals in three short reads. The caller has made sure that its reader may know."""
    head = _head()
    with _connection() as connection:
        last = connection.execute(_LAST).one_or_none()
        whole = _against(connection, head) is None
    return Standing(last.sequence if last else 0, last.sealed_at if last else None, whole)


def _seal_batch() -> int:
    head = _head()
    with _connection() as connection:
        if not connection.execute(_TRY, {"tenant": current().id, "lock": LOCK}).scalar():
            return 0
        if _against(connection, head) is not None:
            raise Tampered(f"the register of deliveries of {current().slug} does not end as it did")
        rows = [dict(row) for row in connection.execute(_TO_SEAL).mappings()]
        last = connection.execute(_LAST).one_or_none()
        sequence, previous = (last.sequence, last.hash) if last else (0, rules.GENESIS)
        seals = []
        for row in rows:
            sequence, previous = sequence + 1, rules.sealed(previous, row)
            seals.append({"sequence": sequence, "event_id": row["id"], "hash": previous})
        if seals:
            connection.execute(insert(DeliverySeal), seals)
    if sequence and (head is None or head.sequence < sequence):
        _remember(sequence, previous)
    return len(rows)


def _links(connection: Connection, after: int) -> list[Link]:
    return [_link(row) for row in connection.execute(_CHAIN, {"after": after}).mappings()]


def _link(row: Any) -> Link:
    if row["there"] is None:
        return Link(row["sequence"], row["event_id"], row["seal"], None)
    wiped = row["whom"] is None and row["note"] is None
    said = proven(row["message_id"], row["kind"], row["whom"], row["note"], row["content"]).hex()
    return Link(row["sequence"], row["event_id"], row["seal"], dict(row), wiped or said == row["proof"])


def _against(connection: Connection, head: Any) -> Broken | None:
    if head is None:
        return None
    kept = connection.execute(_AT, {"sequence": head.sequence}).one_or_none()
    if kept is None:
        return Broken(rules.CUT, head.sequence, None)
    return None if kept.hash == head.hash else Broken(rules.CUT, head.sequence, kept.event_id)


def _put_in(connection: Connection) -> Broken | None:
    found = connection.execute(_UNSEALED).scalar()
    return None if found is None else Broken(rules.INSERTED, None, found)


def _head() -> Any:
    with db.engines[PLATFORM].begin() as connection:
        return connection.execute(_HEAD, {"tenant": current().id}).one_or_none()


def _remember(sequence: int, head: bytes) -> None:
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_SET_HEAD, {"tenant": current().id, "sequence": sequence, "hash": head})


@contextmanager
def _connection() -> Iterator[Connection]:
    with cast(Engine, db.session.get_bind()).begin() as connection:
        yield connection
