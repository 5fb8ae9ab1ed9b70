"""What staff choose from: buildings, components of charges, accounts of the ledger."""

from __future__ import annotations

from sqlalchemy import text

from app.core.actor import Actor
from app.estate import scope
from app.settlements.rules import COLD, HEAT, HOT
from tenants.db import db

_BUILDINGS = text(
    "SELECT b.code, concat_ws(' ', b.street, b.number) AS address FROM buildings b WHERE b.until_revision IS NULL "
    f"AND {scope.buildings('b.code')} ORDER BY ext.polish_key(b.street), b.number, b.code"
)
_COMPONENTS = text("SELECT code, name FROM components WHERE until_revision IS NULL ORDER BY name, code")
_ACCOUNTS = text("SELECT DISTINCT account FROM ledger_entries WHERE until_revision IS NULL ORDER BY 1")
# How managers call the advances of a medium, without Polish signs.
_NAMED = {HEAT: ("ogrzew",), HOT: ("ciepla woda", "cieplej wod", "podgrz"), COLD: ("zimna wod", "zimnej wod")}


def buildings(actor: Actor) -> list[tuple[str, str]]:
    """The actor's buildings as (code, address)."""
    return [(row.code, row.address or row.code) for row in db.session.execute(_BUILDINGS, scope.values(actor))]


def components(_actor: Actor) -> list[tuple[str, str]]:
    """The components of charges as (code, name)."""
    return [(row.code, row.name) for row in db.session.execute(_COMPONENTS)]


def accounts(_actor: Actor) -> list[str]:
    """The settlement accounts that the ledger knows."""
    return list(db.session.execute(_ACCOUNTS).scalars())


def likely_components(actor: Actor, medium: str) -> list[str]:
    """Components whose names speak of advances for a medium: what a new run begins with."""
    plain = str.maketrans("ąćęłńóśźż", "acelnoszz")
    return [
        code
        for code, name in components(actor)
        if any(word in name.lower().translate(plain) for word in _NAMED.get(medium, ()))
    ]
