"""Chains of hashes over lines of a tenant that nobody may change silently: sealing, and finding out what was touched.

Lines are sealed some time after they were written, never inside the work that wrote them: a chain in business
transactions would make everybody wait for whoever writes most. The newest hash is copied to the platform's schema,
where the tenant's role cannot reach, so that a chain calculated anew, or cut short, is found out as well. What is not:
whatever happens to a line before it is sealed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine, text

from tenants.bound import current
from tenants.db import PLATFORM, db

GENESIS = bytes(32)
ALTERED, DELETED, GAP, INSERTED, CUT = "altered", "deleted", "gap", "inserted", "cut"
BATCH = 2000


class Tampered(Exception):
    """The chain does not hold the hash that the platform remembers: it is not continued."""


@dataclass(frozen=True, slots=True)
class Link:
    """One sealed line: its place, the hash kept there, and the line's fields, None when the line is gone.

    `proven` is false when something beside the fields does not agree with them.
    """

    sequence: int
    line_id: int
    hash: bytes
    fields: Mapping[str, object] | None
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain breaks first. `kind` is `altered`, `deleted`, `gap`, `inserted` or `cut`.

    `sequence` is the place in the chain, `line_id` the line; either may be unknown.
    """

    kind: str
    sequence: int | None
    line_id: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the lines: how many are sealed and hold, how many wait, and where the chain breaks first."""

    sealed: int
    waiting: int
    broken: Broken | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest seal, None before the first, and whether the chain holds the hash that the platform remembers."""

    sequence: int
    at: datetime | None
    whole: bool


def canonical(fields: Mapping[str, object]) -> bytes:
    """A line as bytes: JSON of its fields, keys in order, no spaces, UTF-8."""
    return json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


def sealed(previous: bytes, fields: Mapping[str, object]) -> bytes:
    """The hash of a line that follows the line whose hash is `previous`."""
    return hashlib.sha256(previous + canonical(fields)).digest()


def broken(links: Iterable[Link], previous: bytes = GENESIS, place: int = 0) -> tuple[Broken | None, bytes, int]:
    """Walk links in order from a known hash and place: the first that breaks, then the last good hash and place."""
    for link in links:
        if link.sequence != place + 1:
            return Broken(GAP, place + 1, None), previous, place
        if link.fields is None:
            return Broken(DELETED, link.sequence, link.line_id), previous, place
        if not link.proven or sealed(previous, link.fields) != link.hash:
            return Broken(ALTERED, link.sequence, link.line_id), previous, place
        previous, place = link.hash, link.sequence
    return None, previous, place


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a chain in SQL. `fields` are what a seal covers.

    `select` gives them, `id` and whatever `proven` looks at, of a line `e`; `source` is the FROM in which `e` stands;
    `fresh` is the condition of a line that should be sealed, `misplaced` of one that was put in behind the seals.
    """

    name: str
    fields: tuple[str, ...]
    select: str
    source: str
    fresh: str
    misplaced: str
    proven: Callable[[Any], bool] = lambda _row: True


class Chain:
    """One chain of each tenant. `seals` is its model, whose `column` names the line, `heads` the platform's.

    `lock` is the second half of an advisory lock's key; the first is the tenant.
    """

    def __init__(self, lines: Lines, *, seals: Any, column: str, heads: Any, lock: int) -> None:
        self._lines, self._lock = lines, lock
        sealed_in, kept_in = seals.__tablename__, heads.__tablename__
        waiting = f"FROM {lines.source} WHERE {lines.fresh}"
        self._to_seal = text(f"SELECT {lines.select} {waiting} ORDER BY e.id LIMIT {BATCH}")
        self._waits = text(f"SELECT EXISTS (SELECT {waiting})")
        self._waiting = text(f"SELECT count(*) {waiting}")
        self._misplaced = text(f"SELECT e.id FROM {lines.source} WHERE {lines.misplaced} ORDER BY e.id LIMIT 1")
        self._last = text(f"SELECT sequence, hash, sealed_at FROM {sealed_in} ORDER BY sequence DESC LIMIT 1")
        self._at = text(f"SELECT hash, {column} AS line_id FROM {sealed_in} WHERE sequence = :sequence")
        self._links = text(
            f"SELECT s.sequence, s.{column} AS line_id, s.hash AS seal, line.* FROM {sealed_in} s "
            f"LEFT JOIN LATERAL (SELECT {lines.select} FROM {lines.source} WHERE e.id = s.{column}) AS line ON true "
            f"WHERE s.sequence > :after ORDER BY s.sequence LIMIT {BATCH}"
        )
        self._seal = text(f"INSERT INTO {sealed_in} (sequence, {column}, hash) VALUES (:sequence, :line_id, :hash)")
        self._head = text(f"SELECT sequence, hash FROM {PLATFORM}.{kept_in} WHERE tenant_id = :tenant")
        self._set_head = text(
            f"INSERT INTO {PLATFORM}.{kept_in} AS h (tenant_id, sequence, hash) VALUES (:tenant, :sequence, :hash) "
            "ON CONFLICT (tenant_id) DO UPDATE SET sequence = EXCLUDED.sequence, hash = EXCLUDED.hash, at = now() "
            "WHERE h.sequence < EXCLUDED.sequence"
        )

    def waits(self) -> bool:
        """Whether the bound tenant has a line that should be sealed."""
        with _connection() as connection:
            return bool(connection.execute(self._waits).scalar())

    def seal(self) -> int:
        """Seal what waits, in transactions of its own, and return how many lines. Raises `Tampered`.

        Where another process seals already there is nothing left to do.
        """
        done = 0
        while True:
            count = self._seal_batch()
            done += count
            if count < BATCH:
                return done

    def verify(self) -> Verdict:
        """Check every seal of the bound tenant against its line, and the chain against the platform's memory."""
        head = self._remembered()  # first: it may be behind what is read next, never ahead of it
        place, previous = 0, GENESIS
        with _connection() as connection:
            while links := self._read(connection, place):
                found, previous, place = broken(links, previous, place)
                if found is not None:
                    return Verdict(place, 0, found)
            found = self._against(connection, head) or self._put_in(connection)
            return Verdict(place, int(connection.execute(self._waiting).scalar_one()), found)

    def standing(self) -> Standing:
        """The state of the seals in three short reads. The caller has made sure that its reader may know."""
        head = self._remembered()
        with _connection() as connection:
            last = connection.execute(self._last).one_or_none()
            whole = self._against(connection, head) is None
        return Standing(last.sequence if last else 0, last.sealed_at if last else None, whole)

    def _seal_batch(self) -> int:
        head = self._remembered()
        with _connection() as connection:
            turn = text("SELECT pg_try_advisory_xact_lock(CAST(:tenant AS int), CAST(:lock AS int))")
            if not connection.execute(turn, {"tenant": current().id, "lock": self._lock}).scalar():
                return 0
            if self._against(connection, head) is not None:
                raise Tampered(f"{self._lines.name} of {current().slug} does not end as it did")
            rows = connection.execute(self._to_seal).mappings().all()
            last = connection.execute(self._last).one_or_none()
            sequence, previous = (last.sequence, last.hash) if last else (0, GENESIS)
            seals = []
            for row in rows:
                sequence, previous = sequence + 1, sealed(previous, self._fields(row))
                seals.append({"sequence": sequence, "line_id": row["id"], "hash": previous})
            if seals:
                connection.execute(self._seal, seals)
        if sequence and (head is None or head.sequence < sequence):
            with db.engines[PLATFORM].begin() as platform:
                values = {"tenant": current().id, "sequence": sequence, "hash": previous}
                platform.execute(self._set_head, values)
        return len(rows)

    def _read(self, connection: Connection, after: int) -> list[Link]:
        rows = connection.execute(self._links, {"after": after}).mappings()
        return [
            Link(row["sequence"], row["line_id"], row["seal"], None)
            if row["id"] is None
            else Link(row["sequence"], row["line_id"], row["seal"], self._fields(row), self._lines.proven(row))
            for row in rows
        ]

    def _fields(self, row: Mapping[Any, Any]) -> dict[str, object]:
        return {name: row[name] for name in self._lines.fields}

    def _against(self, connection: Connection, head: Any) -> Broken | None:
        if head is None:
            return None
        kept = connection.execute(self._at, {"sequence": head.sequence}).one_or_none()
        if kept is None:
            return Broken(CUT, head.sequence, None)
        return None if kept.hash == head.hash else Broken(CUT, head.sequence, kept.line_id)

    def _put_in(self, connection: Connection) -> Broken | None:
        found: int | None = connection.execute(self._misplaced).scalar()
        return None if found is None else Broken(INSERTED, None, found)

    def _remembered(self) -> Any:
        with db.engines[PLATFORM].begin() as connection:
            return connection.execute(self._head, {"tenant": current().id}).one_or_none()


@contextmanager
def _connection() -> Iterator[Connection]:
    with cast(Engine, db.session.get_bind()).begin() as connection:
        yield connection
