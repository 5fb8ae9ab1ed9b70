"""Sealing a tenant's audit log, and finding out whether it is still what was sealed.

Lines are sealed some time after they were written, never inside the work that wrote them: a chain in business
transactions would make everybody wait for whoever imports. A line whose transaction ended late is sealed later in
the sequence. The newest hash is copied to the platform's schema, where the tenant's role cannot reach, so that a
chain calculated anew, or cut short, is found out as well.

What is found out: a sealed line that was altered or removed, a chain that was shortened or calculated anew, a line
put in with a time before the last seals. What is not: whatever happens to a line before it is sealed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine, insert, text

from app.audit import rules
from app.audit.models import AuditSeal
from app.audit.rules import Broken, Link
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from tenants.bound import current
from tenants.db import PLATFORM, db

BATCH = 2000
LOCK = 13  # the second half of an advisory lock's key; the first is the tenant
_LINE = (
    "e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS at, e.actor_kind, e.actor, "
    "e.action, e.subject, e.detail::text AS detail, e.address"
)
# No transaction of ours lasts a day: what was not sealed by then did not exist then.
_FRESH = (
    "NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) "
    "AND e.at >= coalesce((SELECT sealed_at FROM audit_seals ORDER BY sequence DESC LIMIT 1) - interval '1 day', "
    "'-infinity')"
)
_TO_SEAL = text(f"SELECT {_LINE} FROM audit_entries e WHERE {_FRESH} ORDER BY e.id LIMIT {BATCH}")
_WAITS = text(f"SELECT EXISTS (SELECT FROM audit_entries e WHERE {_FRESH})")
_WAITING = text(f"SELECT count(*) FROM audit_entries e WHERE {_FRESH}")
_LATE = text(
    "SELECT e.id FROM audit_entries e WHERE NOT EXISTS (SELECT FROM audit_seals s WHERE s.entry_id = e.id) "
    "AND e.at < (SELECT sealed_at FROM audit_seals ORDER BY sequence DESC LIMIT 1) - interval '1 day' "
    "ORDER BY e.id LIMIT 1"
)
_LAST = text("SELECT sequence, hash, sealed_at FROM audit_seals ORDER BY sequence DESC LIMIT 1")
_AT = text("SELECT hash, entry_id FROM audit_seals WHERE sequence = :sequence")
_CHAIN = text(
    f"SELECT s.sequence, s.entry_id, s.hash AS seal, e.id AS there, {_LINE} FROM audit_seals s "
    f"LEFT JOIN audit_entries e ON e.id = s.entry_id WHERE s.sequence > :after ORDER BY s.sequence LIMIT {BATCH}"
)
_TRY = text("SELECT pg_try_advisory_xact_lock(CAST(:tenant AS int), CAST(:lock AS int))")
_HEAD = text("SELECT sequence, hash FROM platform.audit_heads WHERE tenant_id = :tenant")
_SET_HEAD = text(
    "INSERT INTO platform.audit_heads AS h (tenant_id, sequence, hash) VALUES (:tenant, :sequence, :hash) "
    "ON CONFLICT (tenant_id) DO UPDATE SET sequence = EXCLUDED.sequence, hash = EXCLUDED.hash, at = now() "
    "WHERE h.sequence < EXCLUDED.sequence"
)


class Tampered(Exception):
    """The chain does not hold the hash that the platform remembers: it is not continued."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the log: how many lines are sealed and hold, how many wait, and where it breaks first."""

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
    """Whether the bound tenant has a line that should be sealed."""
    with _connection() as connection:
        return bool(connection.execute(_WAITS).scalar())


def seal() -> int:
    """Seal what waits, in transactions of its own, and return how many lines. Raises `Tampered`.

    Where another process seals already there is nothing left to do.
    """
    done = 0
    while True:
        count = _seal_batch()
        done += count
        if count < BATCH:
            return done


def verify() -> Verdict:
    """Check every seal of the bound tenant against the log, and the chain against the platform's memory."""
    head = _head()  # first: it may be behind what is read next, never ahead of it
    place, previous = 0, rules.GENESIS
    with _connection() as connection:
        while links := _links(connection, place):
            found, previous, place = rules.broken(links, previous, place)
            if found is not None:
                return Verdict(place, 0, found)
        found = _against(connection, head) or _late(connection)
        return Verdict(place, int(connection.execute(_WAITING).scalar_one()), found)


def standing(actor: Actor) -> Standing:
    """The state of the seals in three short reads, for the page of the log. Raises `NotThere`."""
    if not actor.may(Can.SEE_AUDIT):
        raise NotThere("")
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
            raise Tampered(f"the audit log of {current().slug} does not end as it did")
        rows = [dict(row) for row in connection.execute(_TO_SEAL).mappings()]
        last = connection.execute(_LAST).one_or_none()
        sequence, previous = (last.sequence, last.hash) if last else (0, rules.GENESIS)
        seals = []
        for row in rows:
            sequence, previous = sequence + 1, rules.sealed(previous, row)
            seals.append({"sequence": sequence, "entry_id": row["id"], "hash": previous})
        if seals:
            connection.execute(insert(AuditSeal), seals)
    if sequence and (head is None or head.sequence < sequence):
        _remember(sequence, previous)
    return len(rows)


def _links(connection: Connection, after: int) -> list[Link]:
    rows = connection.execute(_CHAIN, {"after": after}).mappings()
    return [
        Link(row["sequence"], row["entry_id"], row["seal"], dict(row) if row["there"] is not None else None)
        for row in rows
    ]


def _against(connection: Connection, head: Any) -> Broken | None:
    if head is None:
        return None
    kept = connection.execute(_AT, {"sequence": head.sequence}).one_or_none()
    if kept is None:
        return Broken(rules.CUT, head.sequence, None)
    return None if kept.hash == head.hash else Broken(rules.CUT, head.sequence, kept.entry_id)


def _late(connection: Connection) -> Broken | None:
    found = connection.execute(_LATE).scalar()
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
