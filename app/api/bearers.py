"""From a secret in a header to the actor that it stands for."""

from __future__ import annotations

from typing import cast

from sqlalchemy import Engine, text

from app.api import rules
from app.core.actor import Actor
from app.core.public_ids import digest
from app.web import bearer
from tenants.db import db

_BEARER = text(
    "SELECT id, name, scopes, buildings, last_used_at IS NULL OR last_used_at < now() - interval '1 minute' AS stale "
    "FROM api_tokens WHERE (digest = :digest OR (former_digest = :digest AND former_until > now())) "
    "AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"
)
_TOUCH = text(
    "UPDATE api_tokens SET last_used_at = now() WHERE id = "
    "(SELECT id FROM api_tokens WHERE id = :id FOR NO KEY UPDATE SKIP LOCKED)"
)


def found(secret: str) -> bearer.Seen | None:
    """Whom a secret stands for at the bound manager; None for one that is unknown, revoked or over, all alike."""
    row = db.session.execute(_BEARER, {"digest": digest(secret)}).one_or_none()
    if row is None:
        return None
    who = Actor(
        kind="token", login=f"API: {row.name}", name=row.name, can=rules.rights(row.scopes),
        buildings=None if row.buildings is None else frozenset(row.buildings),
    )  # fmt: skip
    return bearer.Seen(who, row.id, row.stale, rules.opened(row.scopes))


def touch(token_id: int) -> None:
    """Mark a token as used, in a transaction of its own; one that is locked is left."""
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_TOUCH, {"id": token_id})


bearer.install(found, touch)
