"""Who works at the manager's office, with which role and in which buildings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.actor import OUTSIDE_SQL, Actor, Can
from app.core.errors import NotThere
from tenants.db import db

_MEMBERS = (
    "SELECT a.public_id, a.login, a.email, a.role, a.status, a.password_hash IS NOT NULL AS has_password, "
    "a.last_login_at, a.created_at, a.id = :me AS is_self, "
    "ARRAY(SELECT building_code FROM staff_scopes s WHERE s.account_id = a.id ORDER BY 1) AS buildings "
    f"FROM accounts a WHERE a.role NOT IN {OUTSIDE_SQL} "
)
_ALL = text(f"{_MEMBERS} ORDER BY a.status = 'closed', a.login_key LIMIT 1000")
_ONE = text(f"{_MEMBERS} AND a.public_id = :public_id")


@dataclass(frozen=True, slots=True)
class Member:
    """A member of staff. Without `buildings` (codes) they see all; without a password they are invited only."""

    public_id: str
    login: str
    email: str | None
    role: str
    status: str
    has_password: bool
    last_login_at: datetime | None
    created_at: datetime
    is_self: bool
    buildings: tuple[str, ...]


def members(actor: Actor) -> list[Member]:
    """Everybody who works or worked here, the present ones first. Raises `NotThere`."""
    _may(actor)
    return [_member(row) for row in db.session.execute(_ALL, {"me": actor.account_id}).mappings()]


def member(actor: Actor, public_id: str) -> Member:
    """One member of staff. Raises `NotThere`."""
    _may(actor)
    values = {"me": actor.account_id, "public_id": public_id}
    row = db.session.execute(_ONE, values).mappings().one_or_none() if "\0" not in public_id else None
    if row is None:
        raise NotThere("")
    return _member(row)


def _member(row: object) -> Member:
    values = dict(row)  # type: ignore[call-overload]
    return Member(**{**values, "is_self": bool(values["is_self"]), "buildings": tuple(values["buildings"])})


def _may(actor: Actor) -> None:
    if not actor.may(Can.MANAGE_STAFF):
        raise NotThere("")
