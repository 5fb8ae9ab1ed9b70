"""The outbox as a queue: claims one row at a time, records what became of it.

Recording one letter and claiming the next is one statement in one transaction, so a letter costs one commit,
and nothing is open while the server is spoken to. The database's clock decides about leases; `attempts` fences:
who lost a lease cannot write over what its successor did.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine

from app.core.public_ids import new_public_id
from app.outbox.addresses import CAME_BACK
from app.outbox.events import proof
from app.outbox.models import OutboxItem
from app.outbox.rules import DEAD_ADDRESS, DECLINED, LEASE_SECONDS, UNKNOWN_OUTCOME, status_code
from tenants.db import db
from tenants.express import Express

PEEK = 100
_WAITING = """SELECT id, public_id, message_id, cause, letter, topic, secret, context, address, recipient_name,
  locale, deferrals
FROM outbox_items WHERE live AND state = 'queued' AND channel = {channel} AND lane = %(lane)s AND run_after <= now()
  AND (%(of)s = 1 OR mod(id, %(of)s) = %(share)s)
ORDER BY run_after, id LIMIT %(limit)s"""
_UNPAUSED = "NOT EXISTS (SELECT FROM outbox_causes c WHERE c.cause = outbox_items.cause AND c.paused_at IS NOT NULL)"
_CLAIM = f"""UPDATE outbox_items AS i
SET state = 'sending', attempts = i.attempts + 1,
    lease_until = clock_timestamp() + interval '{LEASE_SECONDS:.0f} seconds'
WHERE i.id = %(claim)s AND i.state = 'queued' AND i.live AND i.run_after <= now()
RETURNING i.attempts, CASE
  WHEN EXISTS (SELECT FROM mail_optouts o WHERE o.topic = i.topic AND o.address = lower(i.address)) THEN '{DECLINED}'
  WHEN i.lane = 'bulk' AND EXISTS (SELECT FROM address_flags f WHERE f.address = lower(i.address)
    AND f.dead_at IS NOT NULL) THEN '{DEAD_ADDRESS}' END"""
# What became of the letter, and the same for the register of deliveries.
_DONE = f"""done AS (UPDATE outbox_items
SET state = %(state)s, live = CASE WHEN %(state)s = 'queued' THEN {_UNPAUSED} ELSE false END,
    reason = %(reason)s, lease_until = NULL,
    sent_at = CASE WHEN %(state)s = 'sent' THEN clock_timestamp() END,
    answer = coalesce(%(answer)s, answer), digest = coalesce(%(digest)s, digest),
    run_after = CASE WHEN %(after)s > 0 THEN now() + %(after)s * interval '1 second' ELSE run_after END,
    deferrals = deferrals + %(deferred)s,
    context = CASE WHEN secret AND %(state)s IN ('sent', 'failed', 'skipped') THEN '{{}}'::jsonb ELSE context END
WHERE id = %(id)s AND state = 'sending' AND attempts = %(attempts)s RETURNING id, message_id, address),
told AS (INSERT INTO delivery_events (item_id, kind, whom, note, content, proof)
SELECT id, %(kind)s, address, %(note)s, %(digest)s,
  {proof("message_id", "%(kind)s", "address", "%(note)s", "%(digest)s")}
FROM done WHERE %(kind)s IS NOT NULL)"""
_RECORD = f"WITH {_DONE} SELECT count(*) FROM done"
_RECORD_AND_CLAIM = f"WITH {_DONE} {_CLAIM}"
_EXPIRED = f"""UPDATE outbox_items
SET state = CASE WHEN secret THEN 'held' ELSE 'queued' END, live = NOT secret AND {_UNPAUSED}, lease_until = NULL,
    reason = CASE WHEN secret THEN '{UNKNOWN_OUTCOME}' END
WHERE live AND state = 'sending' AND lease_until < clock_timestamp()"""
_WAIT = """SELECT extract(epoch FROM
  min(CASE state WHEN 'sending' THEN lease_until ELSE run_after END) - clock_timestamp())
FROM outbox_items WHERE live AND channel = {channel} AND lane = %(lane)s AND state IN ('queued', 'sending')"""
_KINDS = {"sent": "sent", "failed": "failed", "held": "held", "skipped": "skipped"}
# The channel stands in the statement as a word, because one of the indexes holds only the rows of one channel.
_CHANNELS = {"email": "'email'", "sms": "'sms'"}


@dataclass(frozen=True, slots=True)
class Item:
    """A row that is due, as far as its letter needs it."""

    id: int
    public_id: str
    message_id: str
    cause: str
    letter: str
    topic: str | None
    secret: bool
    context: dict[str, Any] = field(repr=False)
    address: str
    name: str | None
    locale: str
    deferrals: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A row that this process holds. `attempt` fences; `stopped` says why its address gets no such mail after all."""

    item: Item
    attempt: int
    stopped: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a claimed row: its next state, why, and seconds until the next try of a queued one.

    `answer` is what the server said to a letter that it took, `digest` the SHA-256 of that letter.
    """

    state: str
    reason: str | None = None
    after: float = 0
    deferred: bool = False
    answer: str | None = None
    digest: bytes | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A claimed row and what became of it."""

    claim: Claim
    outcome: Outcome


class Queue:
    """One lane of one channel of the bound tenant's outbox, on a connection of its own for the length of a turn.

    Share `share` of `of` is the rows that several processes divide between them, so that none looks at another's.
    """

    def __init__(self, connection: Connection, lane: str, channel: str = "email", share: int = 0, of: int = 1) -> None:
        self._connection = connection
        self.lane = lane
        self._share = {"share": share, "of": of}
        self._channel = _CHANNELS[channel]
        self._express = Express(connection)
        self._asked: Item | None = None
        self._shared: dict[str, dict[str, Any]] = {}

    def waiting(self) -> list[Item]:
        """The rows that are due, oldest first, at most `PEEK`; nothing is claimed by looking."""
        with self._connection.begin():
            statement = _WAITING.format(channel=self._channel)
            rows = self._connection.exec_driver_sql(statement, {"lane": self.lane, "limit": PEEK} | self._share)
            return [Item(*row) for row in rows]

    def take_share(self, of: int) -> None:
        """Look only for the first of so many shares from now on; the others are other processes' business."""
        self._share = {"share": 0, "of": of}

    def ask(self, item: Item, done: Done | None = None) -> None:
        """Ask for a row, and record what became of the one before, in one transaction; `claimed` has the answer."""
        statement = _CLAIM if done is None else _RECORD_AND_CLAIM
        self._express.send(statement, {"claim": item.id} | (_record(done) if done else {}))
        self._asked = item

    def claimed(self) -> Claim | None:
        """The row that was asked for, committed as ours; None when somebody else has it."""
        item, self._asked = self._asked, None
        assert item is not None
        rows = self._express.rows()
        return Claim(item, *rows[0]) if rows else None

    def record(self, done: Done) -> bool:
        """Record what became of a row; False when it is no longer ours."""
        with self._connection.begin():
            return bool(self._connection.exec_driver_sql(_RECORD, _record(done)).scalar())

    def flag(self, item: Item, reason: str) -> None:
        """Note that the server knows no such address, in a transaction of its own."""
        values = {"public_id": new_public_id(), "address": item.address, "reason": reason, "fatal": True}
        with self._connection.begin():
            self._connection.exec_driver_sql(CAME_BACK, values | {"code": status_code(reason)})

    def settle_expired(self) -> int:
        """Settle rows whose sender died, in a transaction of its own. Returns how many there were."""
        with self._connection.begin():
            return settle_expired(self._connection)

    def wait(self) -> float | None:
        """Seconds until a row of this lane is due or its lease runs out; None when nothing is left."""
        with self._connection.begin():
            found = self._connection.exec_driver_sql(_WAIT.format(channel=self._channel), {"lane": self.lane}).scalar()
        return None if found is None else max(0.0, float(found))

    def shared(self, cause: str) -> dict[str, Any]:
        """What all letters of a cause have in common."""
        if cause not in self._shared:
            with self._connection.begin():
                found = self._connection.exec_driver_sql(
                    "SELECT context FROM outbox_causes WHERE cause = %(cause)s", {"cause": cause}
                ).scalar()
            self._shared[cause] = found or {}
        return self._shared[cause]


def settle_expired(connection: Connection) -> int:
    """Rows whose sender died: queued again, or held when they carry a secret. Returns how many."""
    return int(connection.exec_driver_sql(_EXPIRED).rowcount)


def engine() -> Engine:
    """The engine on which the bound tenant's outbox lies."""
    return db.session().get_bind(mapper=OutboxItem)  # type: ignore[return-value]


def _record(done: Done) -> dict[str, Any]:
    outcome = done.outcome
    return {
        "id": done.claim.item.id,
        "attempts": done.claim.attempt,
        "state": outcome.state,
        "reason": outcome.reason,
        "after": outcome.after,
        "deferred": int(outcome.deferred),
        "answer": outcome.answer,
        "digest": outcome.digest,
        "kind": _KINDS.get(outcome.state) or ("deferred" if outcome.deferred else None),
        "note": outcome.answer or outcome.reason,
    }
