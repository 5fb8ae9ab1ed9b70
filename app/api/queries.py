"""Tokens: who one of them stands for, and the manager's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.api import rules
from app.api.models import ApiToken
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere
from tenants.db import db


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as the manager sees it. `state` is one of `rules.state`; `created_by` is a login."""

    public_id: str
    name: str
    ending: str
    scopes: tuple[str, ...]
    state: str
    created_by: str
    created_at: datetime
    rotated_at: datetime | None
    former_until: datetime | None
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    buildings: tuple[str, ...] | None

    @property
    def alive(self) -> bool:
        return self.state in ("active", "ending")


def tokens(actor: Actor) -> list[TokenLine]:
    """The manager's tokens: those that open something first, then the newest. Raises `NotThere`."""
    _may(actor)
    rows = db.session.scalars(select(ApiToken).order_by(ApiToken.id.desc()).limit(500))
    return sorted((_line(row) for row in rows), key=lambda line: not line.alive)


def token(actor: Actor, public_id: str) -> TokenLine:
    """One token. Raises `NotThere`."""
    _may(actor)
    found = db.session.scalars(select(ApiToken).filter_by(public_id=public_id)).one_or_none()
    if found is None:
        raise NotThere("")
    return _line(found)


def ending(actor: Actor) -> int:
    """How many tokens end soon. Raises `NotThere`."""
    return sum(line.state == "ending" for line in tokens(actor))


def buildings(actor: Actor) -> list[tuple[str, str]]:
    """(code, address) of every building of the books, to which a token can be limited. Raises `NotThere`."""
    _may(actor)
    statement = text(
        "SELECT code, concat_ws(' ', street, number) FROM buildings WHERE until_revision IS NULL "
        "ORDER BY ext.polish_key(street), length(number), number, code"
    )
    return [(code, address or code) for code, address in db.session.execute(statement)]


def _line(row: ApiToken) -> TokenLine:
    moment = now()
    former = row.former_until if row.former_until and row.former_until > moment else None
    return TokenLine(
        row.public_id, row.name, row.ending, tuple(row.scopes), rules.state(moment, row.expires_at, row.revoked_at),
        row.created_by, row.created_at, row.rotated_at, former, row.expires_at, row.last_used_at,
        row.revoked_at, row.revoked_by, None if row.buildings is None else tuple(row.buildings),
    )  # fmt: skip


def _may(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
