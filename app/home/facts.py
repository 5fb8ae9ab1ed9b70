"""Reads for Moje dane: what the books and the account say of the actor, and of the units that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from tenants.db import db


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit as the books have it; areas in m². `building` is its name, None when it has none."""

    code: str
    building: str | None
    postcode: str | None
    staircase: str | None
    floor: str | None
    area: Decimal | None
    heated_area: Decimal | None
    persons: int | None
    title: str | None
    share: str | None


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """The account's own, confirmed contact data."""

    email: str | None
    phone: str | None


_UNITS = text(
    "SELECT u.code, b.name, b.postcode, u.staircase, u.floor, u.area, u.heated_area, u.persons, u.title, u.share "
    "FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.until_revision IS NULL AND u.code = ANY(:codes)"
)
_ACCOUNT = text("SELECT nullif(email, '') AS email, nullif(phone, '') AS phone FROM accounts WHERE id = :account")


def units(_actor: Actor, held: tuple[HeldUnit, ...]) -> dict[str, UnitFacts]:
    """Facts of units that came out of `accounts.holdings`, by code; those that the books have no more are left out."""
    codes = [unit.code for unit in held]
    return {row.code: UnitFacts(*row) for row in db.session.execute(_UNITS, {"codes": codes})}


def own_account(actor: Actor) -> OwnAccount:
    row = db.session.execute(_ACCOUNT, {"account": actor.account_id}).one()
    return OwnAccount(*row)
