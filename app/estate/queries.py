"""Reads of the estate as the published books show it now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping, text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.estate import scope
from app.estate.searching import pattern_of
from tenants.db import db

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Title:
    """What ties a person to a unit (tytuł prawny): `role` as in the books, days inclusive."""

    unit_code: str
    label: str
    role: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class Resident:
    """A person or company of the books, with titles that hold today or begin later, oldest first."""

    code: str
    name: str
    email: str | None
    phone: str | None
    address: str | None
    member: bool | None
    titles: tuple[Title, ...]


_PERSON = (
    "p.code, coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''), p.code) AS name, "
    "p.email, p.phone, p.street, p.number, p.postcode, p.city, p.member"
)
_TITLES = text(
    "SELECT o.person_code, o.unit_code, o.role, o.from_on, o.to_on, b.street, b.number AS building, u.number "
    "FROM occupancies o "
    "LEFT JOIN units u ON u.code = o.unit_code AND u.until_revision IS NULL "
    "LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE o.until_revision IS NULL AND o.person_code = ANY(:codes) "
    f"AND {scope.units('o.unit_code')} "
    "AND (:past OR o.to_on IS NULL OR o.to_on >= :today) ORDER BY o.from_on, o.unit_code"
)
_FOUND = (
    f"p.until_revision IS NULL AND {scope.people('p.code')} AND (CAST(:pattern AS text) IS NULL "
    "OR unaccent(lower(concat_ws(' ', p.code, p.first_name, p.last_name, p.company, p.email))) LIKE :pattern "
    "OR p.code = ANY(:also) "
    "OR p.code IN (SELECT o.person_code FROM occupancies o "
    "WHERE o.until_revision IS NULL AND o.unit_code = ANY(:units)))"
)
# People and titles are read each by itself: right after a large import the planner knows nothing of the sizes, and a
# join that it puts together then takes minutes. Buildings are few.
_UNITS_LIKE = text(
    "SELECT u.code FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE u.until_revision IS NULL AND unaccent(lower(concat(u.code, ' ', b.street, ' ', b.number, '/', u.number))) "
    f"LIKE :pattern AND {scope.units('u.code')}"
)
_COUNT = text(f"SELECT count(*) FROM people p WHERE {_FOUND}")
_LIST = text(
    f"SELECT {_PERSON} FROM people p WHERE {_FOUND} "
    "ORDER BY polish_key(coalesce(p.last_name, p.company, '')), polish_key(coalesce(p.first_name, '')), p.code "
    "LIMIT :size OFFSET :skip"
)
_ONE = text(
    f"SELECT {_PERSON} FROM people p WHERE p.code = :code AND p.until_revision IS NULL AND {scope.people('p.code')}"
)
_KNOWN = text(f"SELECT code FROM units WHERE until_revision IS NULL AND code = ANY(:codes) AND {scope.units('code')}")
_BUILDINGS = text(
    "SELECT code, concat_ws(' ', street, number) FROM buildings WHERE until_revision IS NULL "
    f"AND {scope.buildings('code')} ORDER BY ext.polish_key(street), length(number), number, code"
)
_HOLDS = text(
    "SELECT DISTINCT unit_code FROM occupancies WHERE person_code = :person AND until_revision IS NULL "
    "AND from_on <= :today AND (to_on IS NULL OR to_on >= :today) ORDER BY unit_code"
)


def residents(actor: Actor, search: str, number: int, today: date, also: Iterable[str] = ()) -> Page[Resident]:
    """People whose name, code, e-mail, unit or address holds `search`, by surname in Polish order.

    People with a code in `also` belong to what was found, whatever they are called.
    """
    _staff_only(actor)
    pattern, limit = pattern_of(search), scope.values(actor)
    units = list(db.session.execute(_UNITS_LIKE, {"pattern": pattern, **limit}).scalars()) if pattern else []
    found: dict[str, Any] = {"pattern": pattern, "also": list(also), "units": units, **limit}
    total = db.session.execute(_COUNT, found).scalar_one()
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    rows = list(db.session.execute(_LIST, {**found, **window}).mappings())
    titles = _titles(actor, [row["code"] for row in rows], today, past=False)
    return Page([_resident(row, titles) for row in rows], number, PAGE_SIZE, total)


def resident(actor: Actor, code: str, today: date) -> Resident:
    """One person with all titles, past ones too. Staff see everyone in their buildings, others themselves.

    Raises `NotThere`.
    """
    if actor.person_code != code:
        _staff_only(actor)
    if "\0" in code:
        raise NotThere("")
    row = db.session.execute(_ONE, {"code": code, **scope.values(actor)}).mappings().one_or_none()
    if row is None:
        raise NotThere("")
    return _resident(row, _titles(actor, [code], today, past=True))


def known_units(actor: Actor, codes: Iterable[str]) -> set[str]:
    """Those of the codes that the books have now, in the actor's buildings."""
    asked = [code for code in codes if "\0" not in code]
    return set(db.session.execute(_KNOWN, {"codes": asked, **scope.values(actor)}).scalars()) if asked else set()


def buildings(actor: Actor) -> list[tuple[str, str]]:
    """(code, address) of every building of the books that is the actor's business, by street. Staff only."""
    _staff_only(actor)
    return [(row[0], row[1] or row[0]) for row in db.session.execute(_BUILDINGS, scope.values(actor))]


def units_held(_actor: Actor, person_code: str, today: date) -> list[str]:
    """Codes of the units to which a person has a title on a day (Europe/Warsaw)."""
    return list(db.session.execute(_HOLDS, {"person": person_code, "today": today}).scalars())


def person_code_like(_actor: Actor, typed: str, lowered: str) -> list[str]:
    """Codes of people that equal `typed`, or `lowered` when letter case is set aside."""
    statement = text(
        "SELECT code FROM people WHERE until_revision IS NULL AND (code = :typed OR lower(code) = :lowered)"
    )
    return list(db.session.execute(statement, {"typed": typed, "lowered": lowered}).scalars())


def _staff_only(actor: Actor) -> None:
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")


def _titles(actor: Actor, codes: list[str], today: date, *, past: bool) -> dict[str, list[Title]]:
    found: dict[str, list[Title]] = {}
    for row in db.session.execute(_TITLES, {"codes": codes, "today": today, "past": past, **scope.values(actor)}):
        label = f"{row.street} {row.building}/{row.number}" if row.street else row.unit_code
        found.setdefault(row.person_code, []).append(Title(row.unit_code, label, row.role, row.from_on, row.to_on))
    return found


def _resident(row: RowMapping, titles: dict[str, list[Title]]) -> Resident:
    street = " ".join(part for part in (row["street"], row["number"]) if part)
    city = " ".join(part for part in (row["postcode"], row["city"]) if part)
    return Resident(
        code=row["code"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        address=", ".join(part for part in (street, city) if part) or None,
        member=row["member"],
        titles=tuple(titles.get(row["code"], ())),
    )
