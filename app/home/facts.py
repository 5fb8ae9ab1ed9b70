"""Reads for Moje dane: what the books and the account say of the actor, and of the units that they hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.estate import queries as estate
from app.estate.queries import Resident
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

    @property
    def area_text(self) -> str:
        return _square(self.area)

    @property
    def heated_area_text(self) -> str:
        return _square(self.heated_area)


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


def own_person(actor: Actor, today: date) -> Resident | None:
    """The actor as the books have them; None for an account without a person, or whom the books have no more."""
    try:
        return estate.resident(actor, actor.person_code, today) if actor.person_code else None
    except NotThere:
        return None


def _square(area: Decimal | None) -> str:
    return f"{area:f} m²".replace(".", ",") if area is not None else ""
