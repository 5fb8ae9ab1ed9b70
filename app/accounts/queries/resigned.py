"""Reads of resignations: one's own, and those that wait in the office."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.estate import scope
from tenants.db import db

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class ResignationLine:
    """A request to close an account. `account` is its public id."""

    public_id: str
    account: str
    login: str
    name: str
    reason: str | None
    asked_at: datetime
    state: str
    decided_at: datetime | None
    decided_by: str | None


_MINE = scope.accounts("a")
_FROM = f"FROM resignations r JOIN accounts a ON a.id = r.account_id WHERE {_MINE}"
_LIST = text(
    "SELECT r.public_id, a.public_id, a.login, coalesce((SELECT coalesce(p.company, "
    "nullif(concat_ws(' ', p.first_name, p.last_name), '')) FROM people p "
    "WHERE p.code = a.person_code AND p.until_revision IS NULL), a.login), "
    f"r.reason, r.asked_at, r.state, r.decided_at, r.decided_by {_FROM} "
    "ORDER BY r.state = 'open' DESC, CASE WHEN r.state = 'open' THEN r.asked_at END, r.decided_at DESC, r.id "
    "LIMIT :size OFFSET :skip"
)
_COUNT = text(f"SELECT count(*) {_FROM} AND (NOT :open_only OR r.state = 'open')")
_OWN = text("SELECT asked_at FROM resignations WHERE account_id = :me AND state = 'open'")
_SEEN = text(f"SELECT 1 {_FROM} AND r.public_id = :resignation")


def asked_at(actor: Actor) -> datetime | None:
    """When the actor asked for the end of their account; None when no request of theirs waits."""
    found: datetime | None = db.session.execute(_OWN, {"me": actor.account_id}).scalar()
    return found


def resignations(actor: Actor, number: int = 1) -> Page[ResignationLine]:
    """All requests: those that wait first, the longest first. Raises `NotThere`."""
    values = _values(actor)
    total = db.session.execute(_COUNT, {**values, "open_only": False}).scalar_one()
    rows = db.session.execute(_LIST, {**values, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE})
    return Page([ResignationLine(*row) for row in rows], number, PAGE_SIZE, total)


def waiting(actor: Actor) -> int:
    """How many requests wait. Raises `NotThere`."""
    return int(db.session.execute(_COUNT, {**_values(actor), "open_only": True}).scalar_one())


def check_seen(actor: Actor, public_id: str) -> None:
    """Raises `NotThere` for a request that does not exist or is not of the actor's buildings."""
    if db.session.execute(_SEEN, {**_values(actor), "resignation": public_id.replace("\0", "")}).first() is None:
        raise NotThere("")


def _values(actor: Actor) -> dict[str, Any]:
    if not actor.may(Can.MANAGE_ACCOUNTS):
        raise NotThere("")
    return scope.values(actor)
