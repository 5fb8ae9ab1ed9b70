"""Reading support access: what is granted now, who came, what they looked at, and who a visitor is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.actor import Actor, Can, Role
from app.core.errors import NotThere
from app.core.public_ids import digest
from app.support import rules
from app.web.sessions import Seen
from tenants.db import PLATFORM, db

_IDLE = f"interval '{int(rules.IDLE.total_seconds())} seconds'"
_INSIDE = f"v.entered_at IS NOT NULL AND v.ended_at IS NULL AND v.expires_at > now() AND v.seen_at > now() - {_IDLE}"
_OPEN = "g.revoked_at IS NULL AND g.until > now()"
_GRANT = (
    "SELECT g.public_id, g.granted_by, g.granted_at, g.until, g.writes, g.note, "
    f"(SELECT string_agg(DISTINCT v.operator, ', ') FROM support_visits v WHERE v.grant_id = g.id AND {_INSIDE}) "
    f"AS inside FROM support_grants g WHERE {_OPEN} ORDER BY g.id DESC LIMIT 1"
)
_VISITOR = text(
    "SELECT v.id, v.operator, v.operator_id, v.operator_session, g.until, g.writes, "
    f"v.seen_at < now() - interval '{rules.SEEN_SECONDS} seconds' AS stale "
    "FROM support_visits v JOIN support_grants g ON g.id = v.grant_id "
    f"WHERE v.secret_digest = :digest AND {_INSIDE} AND {_OPEN}"
)
_CAME = text(
    "SELECT v.operator, v.reason, v.entered_at, least(v.expires_at, g.until) AS until, g.writes, g.granted_by, g.note "
    "FROM support_visits v JOIN support_grants g ON g.id = v.grant_id WHERE v.id = :id"
)
_AT_CONSOLE = text(
    "SELECT true FROM platform.operator_sessions WHERE id = :session AND operator_id = :operator "
    "AND ended_at IS NULL AND expires_at > now() AND waits_for IS NULL"
)
_VISITS = text(
    "SELECT v.operator, v.reason, v.created_at, v.entered_at, v.seen_at, v.ended_at, v.address, "
    f"({_INSIDE} AND {_OPEN}) AS inside FROM support_visits v JOIN support_grants g ON g.id = v.grant_id "
    "ORDER BY v.id DESC LIMIT 20"
)
_VIEWS = text(
    "SELECT at, actor, subject, action <> 'support.viewed' AS sent FROM audit_entries "
    "WHERE actor_kind = 'support' AND action IN ('support.viewed', 'support.sent') ORDER BY id DESC LIMIT 50"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted now; `inside` names the operators who are in, or None."""

    public_id: str
    granted_by: str
    granted_at: datetime
    until: datetime
    writes: bool
    note: str
    inside: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit; `entered_at` is None while its link was not used."""

    operator: str
    reason: str
    created_at: datetime
    entered_at: datetime | None
    seen_at: datetime | None
    ended_at: datetime | None
    address: str | None
    inside: bool


@dataclass(frozen=True, slots=True)
class View:
    """A page that support opened, or with `sent` sent something to."""

    at: datetime
    operator: str
    path: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Came:
    """A visit that has begun: who, why, until when at most, and by whose leave."""

    operator: str
    reason: str
    entered_at: datetime
    until: datetime
    writes: bool
    granted_by: str
    note: str


def came(visit_id: int) -> Came:
    """A visit of the bound tenant whose link was used."""
    return Came(*db.session.execute(_CAME, {"id": visit_id}).one())


def grant_now(actor: Actor) -> Grant | None:
    """The grant in force in the bound tenant, for its staff and for operators. Raises `NotThere`."""
    if not (actor.is_staff or actor.kind in ("operator", "system")):
        raise NotThere("")
    row = db.session.execute(text(_GRANT)).one_or_none()
    return Grant(*row) if row else None


def visits(actor: Actor) -> list[Visit]:
    """The latest visits. Administrators only; raises `NotThere`."""
    _only_admins(actor)
    return [Visit(*row) for row in db.session.execute(_VISITS)]


def views(actor: Actor) -> list[View]:
    """What support looked at lately. Administrators only; raises `NotThere`."""
    _only_admins(actor)
    return [View(*row) for row in db.session.execute(_VIEWS)]


def visitor(secret: str, address: str | None = None) -> Seen | None:
    """Who holds this secret of a visit: None once the visit, its grant or the operator's console session is over."""
    row = db.session.execute(_VISITOR, {"digest": digest(secret)}).one_or_none()
    if row is None or not at_console(row.operator_id, row.operator_session):
        return None
    actor = Actor(
        kind="support",
        login=row.operator,
        name=row.operator,
        operator_id=row.operator_id,
        session_id=row.id,
        role=Role.BOARD,
        can=rules.CHANGES if row.writes else rules.LOOKS,
        address=address,
        support_until=row.until,
        support_writes=row.writes,
    )
    return Seen(actor, stale=bool(row.stale))


def at_console(operator_id: int | None, session: int | None) -> bool:
    """Whether an operator is logged in to the console by this session and owes it nothing."""
    with db.engines[PLATFORM].connect() as connection:
        return bool(connection.scalar(_AT_CONSOLE, {"operator": operator_id, "session": session}))


def _only_admins(actor: Actor) -> None:
    if not (actor.is_staff and actor.may(Can.MANAGE_STAFF)):
        raise NotThere("")
