"""In which browsers somebody is logged in, and ending that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import BYTEA

from app.accounts.rules import device_name
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.factors.keyring import Keyring, owner_of
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Device:
    """A browser in which the owner is logged in; `waiting` before its second step."""

    public_id: str
    name: str
    address: str | None
    since: datetime
    seen_at: datetime
    this: bool
    waiting: bool


@dataclass(frozen=True, slots=True)
class Login:
    """One attempt to log in: `outcome` is `in`, or what stood in the way."""

    at: datetime
    outcome: str
    name: str | None
    address: str | None


def devices(ring: Keyring, actor: Actor, idle: timedelta) -> list[Device]:
    """The actor's live sessions: this one first, then as they were last seen."""
    table, moment = ring.session, now()
    rows = db.session.execute(
        select(table.id, _public_id(ring), table.agent, table.address, table.created_at, table.seen_at, table.waits_for)
        .where(*_live(ring, actor), table.expires_at > moment, table.seen_at > moment - idle)
        .order_by(table.seen_at.desc())
    ).all()
    found = [
        Device(
            row[1], device_name(row.agent), row.address, row.created_at, row.seen_at,
            row.id == actor.session_id, row.waits_for in ("factor", "enrol"),
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda device: not device.this)


def end(ring: Keyring, actor: Actor, public_id: str) -> None:
    """Log one of the actor's own browsers out. Raises `NotThere`."""
    ended = db.session.execute(
        update(ring.session)
        .where(*_live(ring, actor), _public_id(ring) == public_id)
        .values(ended_at=now())
        .returning(ring.session.id)
    ).first()
    if ended is None:
        raise NotThere("")
    audit.record(actor, f"{actor.kind}.session_ended", actor.login)


def end_others(ring: Keyring, actor: Actor) -> int:
    """Log all of the actor's browsers out but this one; returns how many."""
    ended = db.session.execute(
        update(ring.session)
        .where(*_live(ring, actor), ring.session.id != actor.session_id)
        .values(ended_at=now())
        .returning(ring.session.id)
    ).all()
    if ended:
        audit.record(actor, f"{actor.kind}.sessions_ended", actor.login, count=len(ended))
    return len(ended)


def _live(ring: Keyring, actor: Actor) -> tuple[Any, ...]:
    return ring.session_owner == owner_of(actor), ring.session.ended_at.is_(None), *ring.own_sessions


def _public_id(ring: Keyring) -> Any:
    """A name for a session in addresses: a digest of what is a digest of its secret, so it opens nothing."""
    mixed = func.sha256(literal(b"device:", BYTEA).op("||")(ring.session.secret_digest))
    return func.translate(func.encode(func.substring(mixed, 1, 12), "base64"), "+/", "-_")
