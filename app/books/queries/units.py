"""Units of the books: the list, and everything that is written of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.books.queries import only_staff
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.paging import Page
from app.estate import scope
from app.estate.searching import pattern_of
from app.finances.queries import balances_of_units
from tenants.db import db

PAGE_SIZE = 50
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.last_name, p.first_name), ''), p.code)"
_FROM = (
    "FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    f"WHERE u.until_revision IS NULL AND {scope.buildings('u.building_code')} "
    "AND (CAST(:building AS text) IS NULL OR u.building_code = :building) "
    "AND (CAST(:pattern AS text) IS NULL OR u.code = ANY(:held) OR unaccent(lower(concat(u.code, ' ', b.street, ' ', "
    "b.number, '/', u.number, ' ', u.account))) LIKE :pattern)"
)
_COUNT = text(f"SELECT count(*) {_FROM}")
_LIST = text(
    f"SELECT u.code, b.street, b.number AS building, u.number, u.staircase, u.area, u.persons {_FROM} "
    "ORDER BY ext.polish_key(coalesce(b.street, '')), length(b.number), b.number, length(u.number), u.number, u.code "
    "LIMIT :size OFFSET :skip"
)
_HOLDERS = text(
    f"SELECT o.unit_code, {_NAME} FROM occupancies o JOIN people p ON p.code = o.person_code "
    "AND p.until_revision IS NULL WHERE o.until_revision IS NULL AND o.unit_code = ANY(:codes) "
    "AND o.from_on <= :today AND (o.to_on IS NULL OR o.to_on >= :today) ORDER BY o.role <> 'owner', o.from_on"
)
_HELD_BY = text(
    "SELECT DISTINCT o.unit_code FROM people p JOIN occupancies o ON o.person_code = p.code "
    "AND o.until_revision IS NULL AND (o.to_on IS NULL OR o.to_on >= :today) WHERE p.until_revision IS NULL AND "
    "unaccent(lower(concat_ws(' ', p.first_name, p.last_name, p.first_name, p.company, p.code))) LIKE :pattern "
    "LIMIT 2000"
)
_ONE = text(
    "SELECT u.code, u.building_code, b.street, b.number AS building, b.city, u.number, u.staircase, u.floor, u.area, "
    "u.heated_area, u.persons, u.title, u.share, u.account "
    "FROM units u LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    f"WHERE u.code = :code AND u.until_revision IS NULL AND {scope.buildings('u.building_code')}"
)
_TITLES = text(
    f"SELECT o.person_code, {_NAME} AS name, o.role, o.from_on, o.to_on FROM occupancies o "
    "LEFT JOIN people p ON p.code = o.person_code AND p.until_revision IS NULL "
    "WHERE o.until_revision IS NULL AND o.unit_code = :code ORDER BY o.to_on IS NOT NULL, o.from_on DESC, 2"
)
_ACCOUNTS = text(
    "SELECT account, sum(debit - credit)::bigint AS grosze FROM ledger_entries "
    "WHERE unit_code = :code AND until_revision IS NULL GROUP BY account ORDER BY account"
)
_METERS = text(
    "SELECT m.serial, m.medium, m.location, m.verified_until, m.removed_on, "
    "(SELECT concat(r.value, '|', r.read_on) FROM meter_readings r WHERE r.serial = m.serial "
    "AND r.until_revision IS NULL ORDER BY r.read_on DESC LIMIT 1) AS last "
    "FROM meters m WHERE m.unit_code = :code AND m.until_revision IS NULL ORDER BY m.removed_on IS NOT NULL, m.serial"
)


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit in the list: area in m², balance in grosze (positive is owed, None without entries)."""

    code: str
    label: str
    staircase: str | None
    area: Decimal
    persons: int | None
    holders: tuple[str, ...]
    balance: int | None


@dataclass(frozen=True, slots=True)
class Holder:
    """A title of a person to the unit; days inclusive."""

    code: str
    name: str
    role: str
    from_on: date
    to_on: date | None


@dataclass(frozen=True, slots=True)
class MeterLine:
    """A meter of the unit with its last reading."""

    serial: str
    medium: str
    location: str | None
    verified_until: date | None
    removed_on: date | None
    value: Decimal | None
    read_on: date | None


@dataclass(frozen=True, slots=True)
class UnitCard:
    """Everything about one unit: `facts` are its columns by name, `accounts` grosze by settlement account."""

    code: str
    label: str
    city: str | None
    facts: Mapping[str, Any]
    holders: tuple[Holder, ...]
    accounts: tuple[tuple[str, int], ...]
    meters: tuple[MeterLine, ...]

    @property
    def balance(self) -> int:
        return sum(grosze for _account, grosze in self.accounts)


def units(actor: Actor, search: str, building: str | None, number: int, today: date) -> Page[UnitLine]:
    """Units whose code, address, account number or holder holds `search`, by address in Polish order."""
    only_staff(actor)
    pattern = pattern_of(search)
    held = list(db.session.execute(_HELD_BY, {"pattern": pattern, "today": today}).scalars()) if pattern else []
    asked = {"pattern": pattern, "held": held, "building": building, **scope.values(actor)}
    total = db.session.execute(_COUNT, asked).scalar_one()
    rows = db.session.execute(_LIST, {**asked, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}).all()
    codes = [row.code for row in rows]
    holders = _holders(codes, today)
    balances = balances_of_units(actor, codes)
    lines = [
        UnitLine(
            row.code, label(row.street, row.building, row.number, row.code), row.staircase, row.area, row.persons,
            tuple(holders.get(row.code, ())), balances.get(row.code),
        )
        for row in rows
    ]  # fmt: skip
    return Page(lines, number, PAGE_SIZE, total)


def unit(actor: Actor, code: str) -> UnitCard:
    """One unit as the books hold it now. Raises `NotThere`."""
    only_staff(actor)
    row = None if "\0" in code else db.session.execute(_ONE, {"code": code, **scope.values(actor)}).one_or_none()
    if row is None:
        raise NotThere("")
    return UnitCard(
        code=row.code,
        label=label(row.street, row.building, row.number, row.code),
        city=row.city,
        facts=dict(row._mapping),
        holders=tuple(Holder(*one) for one in db.session.execute(_TITLES, {"code": code})),
        accounts=tuple((one.account, one.grosze) for one in db.session.execute(_ACCOUNTS, {"code": code})),
        meters=tuple(_meter(one) for one in db.session.execute(_METERS, {"code": code})),
    )


def as_held(actor: Actor, code: str) -> HeldUnit:
    """The unit for reads that ask for one, with all that may be seen of a unit. Raises `NotThere`."""
    card = unit(actor, code)
    facts = card.facts
    return HeldUnit(code, facts["street"], facts["building"], facts["number"], card.city, facts["account"])


def label(street: str | None, building: str | None, number: str | None, code: str) -> str:
    """A unit as people call it: `Lipowa 3/12`; its code where the building is not known."""
    return f"{street} {building}/{number}" if street else code


def _holders(codes: list[str], today: date) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, name in db.session.execute(_HOLDERS, {"codes": codes, "today": today}):
        found.setdefault(code, []).append(name)
    return found


def _meter(row: Any) -> MeterLine:
    value, _bar, day = (row.last or "").partition("|")
    return MeterLine(
        row.serial, row.medium, row.location, row.verified_until, row.removed_on,
        Decimal(value) if value else None, date.fromisoformat(day) if day else None,
    )  # fmt: skip
