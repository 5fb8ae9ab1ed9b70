"""The estate as programs read it: units and people by code, page by page, with all that the books hold of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.estate import scope
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: those after a code, at most so many; None is everything."""

    size: int
    after: str | None = None
    unit: str | None = None
    building: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of the books with its building's address. Areas in m², `account` its virtual account (NRB)."""

    code: str
    building: str
    building_name: str | None
    street: str | None
    house: str | None
    postcode: str | None
    city: str | None
    staircase: str | None
    number: str
    floor: str | None
    area: Decimal
    heated_area: Decimal | None
    persons: int | None
    title: str | None
    share: str | None
    account: str | None


@dataclass(frozen=True, slots=True)
class TitleLine:
    """A person's title to a unit, days inclusive."""

    unit: str
    role: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person or company of the books, with every title to units in the actor's buildings, past ones too."""

    code: str
    first_name: str | None
    last_name: str | None
    company: str | None
    email: str | None
    phone: str | None
    street: str | None
    number: str | None
    postcode: str | None
    city: str | None
    member: bool | None
    titles: tuple[TitleLine, ...]


_AFTER = '(CAST(:after AS text) IS NULL OR {0}.code COLLATE "C" > :after)'
_UNITS = text(
    "SELECT u.code, u.building_code, b.name, b.street, b.number, b.postcode, b.city, u.staircase, "
    "u.number AS unit_number, u.floor, u.area, u.heated_area, u.persons, u.title, u.share, u.account FROM units u "
    "LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    f"WHERE u.until_revision IS NULL AND {scope.buildings('u.building_code')} AND {_AFTER.format('u')} "
    "AND (CAST(:unit AS text) IS NULL OR u.code = :unit) "
    "AND (CAST(:building AS text) IS NULL OR u.building_code = :building) "
    'ORDER BY u.code COLLATE "C" LIMIT :size'
)
_PEOPLE = text(
    "SELECT p.code, p.first_name, p.last_name, p.company, p.email, p.phone, p.street, p.number, p.postcode, p.city, "
    f"p.member FROM people p WHERE p.until_revision IS NULL AND {scope.people('p.code')} AND {_AFTER.format('p')} "
    "AND (CAST(:person AS text) IS NULL OR p.code = :person) AND (CAST(:unit AS text) IS NULL OR p.code IN "
    "(SELECT o.person_code FROM occupancies o WHERE o.until_revision IS NULL AND o.unit_code = :unit "
    f"AND {scope.units('o.unit_code')})) "
    'ORDER BY p.code COLLATE "C" LIMIT :size'
)
_TITLES = text(
    "SELECT o.person_code, o.unit_code, o.role, o.from_on, o.to_on FROM occupancies o WHERE o.until_revision IS NULL "
    f"AND o.person_code = ANY(CAST(:codes AS text[])) AND {scope.units('o.unit_code')} "
    "ORDER BY o.from_on, o.unit_code, o.role"
)


def units(actor: Actor, wanted: Wanted) -> list[UnitLine]:
    """Units in the actor's buildings by code. Raises `NotThere`."""
    return [UnitLine(*row) for row in _rows(actor, _UNITS, wanted)]


def people(actor: Actor, wanted: Wanted) -> list[PersonLine]:
    """People who have, or had, a title in the actor's buildings, by code. Raises `NotThere`."""
    rows = _rows(actor, _PEOPLE, wanted)
    titles: dict[str, list[TitleLine]] = {}
    values = {"codes": [row.code for row in rows], **scope.values(actor)}
    for person, *title in db.session.execute(_TITLES, values):
        titles.setdefault(person, []).append(TitleLine(*title))
    return [PersonLine(**row._mapping, titles=tuple(titles.get(row.code, ()))) for row in rows]


def _rows(actor: Actor, statement: Any, wanted: Wanted) -> list[Any]:
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    values = {
        "size": wanted.size, "after": wanted.after, "unit": wanted.unit, "building": wanted.building,
        "person": wanted.person,
    }  # fmt: skip
    return list(db.session.execute(statement, {**values, **scope.values(actor)}))
