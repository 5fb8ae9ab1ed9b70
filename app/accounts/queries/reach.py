"""Whether an account reaches further than the member of staff who handles it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import text

from app.accounts.queries.titles import HELD_UNITS
from app.core.actor import Actor
from app.estate import queries as estate
from app.estate import scope
from tenants.db import db

_HELD = text(f"SELECT unit_code FROM ({HELD_UNITS}) AS held ORDER BY unit_code")
_OURS = text(f"SELECT {scope.accounts('a')} FROM accounts a WHERE a.id = :account")


def units_of(_actor: Actor, account_id: int, person_code: str | None, today: date) -> list[str]:
    """Codes of all units that an account sees on a day (Europe/Warsaw), wherever they are."""
    values = {"account": account_id, "person": person_code, "today": today}
    return list(db.session.execute(_HELD, values).scalars())


def within(actor: Actor, account_id: int, person_code: str | None, today: date) -> bool:
    """Whether all units of an account lie in the actor's buildings."""
    if actor.buildings is None:
        return True
    held = set(units_of(actor, account_id, person_code, today))
    if not held:  # whoever sees nothing belongs to where they had something
        return bool(db.session.execute(_OURS, {"account": account_id, **scope.values(actor)}).scalar())
    return held <= estate.known_units(actor, held)
