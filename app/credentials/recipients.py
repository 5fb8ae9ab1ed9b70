"""Whom credentials go to: names, addresses and numbers, as the account knows them or else the books."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.accounts.models import Account
from app.core.clock import today
from app.credentials.rules import Reach
from tenants.db import db

_PERSON = text(
    "SELECT coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.code) AS name, "
    "p.email, p.phone, p.street, p.number, p.postcode, p.city "
    "FROM people p WHERE p.code = :code AND p.until_revision IS NULL"
)
_UNIT = text(
    "SELECT u.code, u.number, u.staircase, b.street, b.number AS building, b.postcode, b.city FROM units u "
    "JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.until_revision IS NULL AND u.code = ("
    "SELECT o.unit_code FROM occupancies o WHERE o.person_code = :code AND o.until_revision IS NULL "
    "AND o.from_on <= :today AND (o.to_on IS NULL OR o.to_on >= :today) "
    "ORDER BY array_position(ARRAY['owner', 'co-owner', 'tenant', 'proxy'], o.role), o.from_on, o.unit_code LIMIT 1)"
)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets credentials: the `name` on the envelope, and where they can be reached."""

    name: str
    reach: Reach


def of_account(account: Account) -> Recipient:
    """The recipient behind an account; what its owner confirmed comes before what the books say."""
    found = of_person(account.person_code) if account.person_code else None
    known = found.reach if found else Reach(None, None, ())
    reach = Reach(str(account.email) if account.email else known.email, account.phone or known.phone, known.postal)
    return Recipient(found.name if found else account.login, reach)


def of_person(code: str) -> Recipient:
    """A person of the books. Without an address of their own, letters go to the unit to which they have a title."""
    person = db.session.execute(_PERSON, {"code": code}).one_or_none()
    if person is None:
        return Recipient(code, Reach(None, None, ()))
    street = " ".join(part for part in (person.street, person.number) if part)
    city = " ".join(part for part in (person.postcode, person.city) if part)
    postal = (street, city) if street and city else _at_home(code)
    return Recipient(person.name, Reach(_filled(person.email), _filled(person.phone), postal))


def _at_home(code: str) -> tuple[str, ...]:
    unit: Any = db.session.execute(_UNIT, {"code": code, "today": today()}).one_or_none()
    if unit is None or not unit.street or not unit.city:
        return ()
    number = f"{unit.building}/{unit.number}" if unit.number else unit.building
    return (f"{unit.street} {number}", " ".join(part for part in (unit.postcode, unit.city) if part))


def _filled(value: str | None) -> str | None:
    return (value or "").strip() or None
