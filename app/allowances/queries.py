"""Reads of decisions on housing allowances: each person's own, and nobody else's, staff's pages included."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.core.actor import Actor
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on an allowance; `monthly` in grosze, both days inclusive."""

    decision: str
    unit_code: str
    authority: str | None
    from_on: date
    to_on: date
    monthly: int

    def state(self, today: date) -> str:
        """`coming`, `current` or `over`."""
        return "coming" if today < self.from_on else "over" if today > self.to_on else "current"

    def days_left(self, today: date) -> int:
        return (self.to_on - today).days


_MINE = "FROM housing_allowances WHERE person_code = :person AND until_revision IS NULL"
_DECISIONS = text(
    f"SELECT decision, unit_code, authority, from_on, to_on, monthly {_MINE} ORDER BY from_on DESC, decision"
)
_GRANTED = text(f"SELECT EXISTS (SELECT 1 {_MINE})")


def decisions(actor: Actor) -> list[Decision]:
    """The decisions given to the actor's own person, newest first; none for staff who see with a resident's eyes."""
    if actor.person_code is None or actor.watcher is not None:
        return []
    return [Decision(*row) for row in db.session.execute(_DECISIONS, {"person": actor.person_code})]


def granted(actor: Actor) -> bool:
    """Whether the books hold a decision given to the actor's own person."""
    if actor.person_code is None or actor.watcher is not None:
        return False
    return bool(db.session.execute(_GRANTED, {"person": actor.person_code}).scalar())
