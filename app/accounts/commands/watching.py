"""Seeing the portal with a resident's eyes, to help them on the telephone: for a short time, changing nothing, written
down."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import text

from app.accounts.queries import reach
from app.core import audit
from app.core.actor import Actor, Can
from app.core.clock import now, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import digest, new_secret
from app.estate import scope
from tenants.db import db

WATCHING_LIFE = timedelta(minutes=20)
_WATCHED = text(
    f"SELECT a.id, a.login, a.status, a.person_code FROM accounts a WHERE a.public_id = :id AND a.role = 'resident' "
    f"AND {scope.accounts('a')}"
)
_BEGIN = text(
    "INSERT INTO account_sessions (secret_digest, account_id, expires_at, address, watcher, watcher_session) "
    "VALUES (:digest, :account, :until, :address, :watcher, :session)"
)
_END = text(
    "UPDATE account_sessions SET ended_at = now() WHERE id = :id AND ended_at IS NULL AND watcher IS NOT NULL "
    "RETURNING watcher_session"
)
_BACK = text(
    "UPDATE account_sessions SET secret_digest = :digest, seen_at = now() WHERE id = :id AND ended_at IS NULL "
    "AND expires_at > now() RETURNING id"
)


def begin(actor: Actor, public_id: str) -> str:
    """The secret of a session in which a member of staff sees what the account sees. Raises `NotThere`, `Refused`."""
    if not (actor.is_staff and actor.may(Can.ANSWER_MESSAGES)):
        raise NotThere("")
    found = db.session.execute(_WATCHED, {"id": public_id, **scope.values(actor)}).one_or_none()
    if found is None:
        raise NotThere("")
    if found.status != "active":
        raise Refused(_("Konto nie jest czynne, więc portal nic by mu nie pokazał."))
    if not reach.within(actor, found.id, found.person_code, today()):
        raise Refused(_("To konto widzi też lokale w innych budynkach. Poproś osobę, która obsługuje je wszystkie."))
    secret = new_secret()
    values = {
        "digest": digest(secret), "account": found.id, "until": now() + WATCHING_LIFE, "address": actor.address,
        "watcher": actor.login, "session": actor.session_id,
    }  # fmt: skip
    db.session.execute(_BEGIN, values)
    audit.record(actor, "account.watched", found.login)
    return secret


def end(actor: Actor) -> str | None:
    """Stop seeing with the account's eyes: a new secret of one's own session, None when that is over meanwhile."""
    if actor.watcher is None:
        raise NotThere("")
    back = db.session.execute(_END, {"id": actor.session_id}).scalar_one_or_none()
    secret = new_secret()
    there = db.session.execute(_BACK, {"id": back, "digest": digest(secret)}).scalar_one_or_none()
    return secret if there is not None else None
