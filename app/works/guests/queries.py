"""Reads of invitations: for who made them, and for who manages the site."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.core.actor import Actor
from app.works.access import Place
from app.works.guests.rules import ABILITIES, ENDS, IDLE, KINDS
from app.works.rules import Right
from tenants.db import db

_LIST = (
    "SELECT g.public_id, g.email, g.name, g.word, g.subject_kind, g.label, g.ability, g.once, g.invited_by, "
    "g.created_at, g.expires_at, g.used_at, g.ended_at, CASE WHEN g.ended_why IS NOT NULL THEN g.ended_why "
    "WHEN inside.yes THEN 'inside' WHEN g.once AND g.used_at IS NOT NULL THEN 'used' "
    "WHEN g.expires_at <= now() THEN 'expired' WHEN g.used_at IS NOT NULL THEN 'open' ELSE 'waiting' END AS state "
    "FROM works_guests g CROSS JOIN LATERAL (SELECT EXISTS (SELECT FROM works_guest_visits v "
    "WHERE v.guest_id = g.id AND v.came_at IS NOT NULL AND v.ended_at IS NULL "
    "AND v.seen_at > now() - CAST(:idle AS interval)) AS yes) AS inside "
    "WHERE g.site_id = :site AND (:manages OR g.account_id = :account) "
)
_ALL = text(f"{_LIST} ORDER BY g.id DESC LIMIT 500")
_ONE = text(f"{_LIST} AND g.public_id = :public_id")
_ADDRESS = text("SELECT email FROM accounts WHERE id = :account AND status = 'active'")


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation in the list of its maker."""

    public_id: str
    email: str
    name: str
    word: str
    kind: str
    label: str
    ability: str
    once: bool
    invited_by: str
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None
    state: str

    @property
    def state_label(self) -> str:
        return str(ENDS[self.state])

    @property
    def kind_label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def ability_label(self) -> str:
        return str(ABILITIES[self.ability])

    @property
    def counts(self) -> bool:
        """Whether there is something to take back."""
        return self.state in ("waiting", "inside", "open")


def invitations(actor: Actor, place: Place) -> list[Invitation]:
    """The invitations that the actor made; all of the site for who manages it."""
    return [Invitation(*row) for row in db.session.execute(_ALL, _values(actor, place))]


def invitation(actor: Actor, place: Place, public_id: str) -> Invitation | None:
    """One of them, None for every other."""
    row = db.session.execute(_ONE, {**_values(actor, place), "public_id": public_id}).one_or_none()
    return Invitation(*row) if row is not None else None


def address_of(_actor: Actor | None, account_id: int) -> str | None:
    """The e-mail address of who invited, for a letter from us to them."""
    found = db.session.execute(_ADDRESS, {"account": account_id}).scalar()
    return str(found) if found else None


def _values(actor: Actor, place: Place) -> dict[str, object]:
    return {"site": place.id, "manages": place.may(Right.MANAGE), "account": actor.account_id, "idle": IDLE}
