"""A unit's meters with all their readings, of the books and as told; units come out of `accounts.holdings`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.meters import usage
from app.meters.usage import Meter, Place, Reading
from tenants.db import db

_METERS = text(
    "SELECT serial, medium, location, installed_on, verified_until, removed_on FROM meters "
    "WHERE until_revision IS NULL AND unit_code = :unit "
    "AND (removed_on IS NULL OR CAST(:since AS date) IS NULL OR removed_on > :since) ORDER BY serial"
)
# What was told counts until the books bring a reading of the same meter and day.
_READINGS = text(
    "SELECT serial, read_on, value, source, 'books' AS origin, 'accepted' AS state FROM meter_readings "
    "WHERE until_revision IS NULL AND serial = ANY(:serials) "
    "AND (CAST(:since AS date) IS NULL OR read_on >= :since) "
    "UNION ALL SELECT serial, read_on, value, NULL, source, state FROM reported_readings "
    "WHERE live AND state <> 'rejected' AND serial = ANY(:serials) "
    "AND (CAST(:since AS date) IS NULL OR read_on >= :since) ORDER BY 1, 2"
)
_LODGES_SINCE = text(
    "SELECT min(from_on) FROM occupancies WHERE until_revision IS NULL AND unit_code = :unit "
    "AND person_code = :person AND role = 'tenant' AND (to_on IS NULL OR to_on >= :today)"
)
# Media of which most units of the building have a meter, and those of the unit.
_USUAL = text(
    "WITH house AS (SELECT code FROM units WHERE until_revision IS NULL AND building_code = "
    "(SELECT building_code FROM units WHERE until_revision IS NULL AND code = :unit)) "
    "SELECT m.medium FROM meters m JOIN house h ON h.code = m.unit_code "
    "WHERE m.until_revision IS NULL AND m.removed_on IS NULL GROUP BY m.medium "
    "HAVING count(DISTINCT m.unit_code) * 2 > (SELECT count(*) FROM house) "
    "AND count(*) FILTER (WHERE m.unit_code = :unit) = 0 ORDER BY m.medium"
)
_MEDIANS = text(
    "SELECT d.medium, d.month, d.median, d.units FROM meter_medians d "
    "JOIN units u ON u.building_code = d.building_code "
    "WHERE u.until_revision IS NULL AND u.code = :unit AND d.month >= :since"
)


@dataclass(frozen=True, slots=True)
class Median:
    """What the unit in the middle of a building used in a month, of so many `units`."""

    use: Decimal
    units: int


def places(actor: Actor, unit: HeldUnit, today: date) -> list[Place]:
    """The unit's meters by place, with readings since the actor has held the unit."""
    since = held_since(actor, unit, today)
    return usage.places(meters_of(unit.code, since))


def held_since(actor: Actor, unit: HeldUnit, today: date) -> date | None:
    """From which day on what was used in the unit is the actor's to see; None is all. A lodger's is their own."""
    if unit.sight.balance or unit.role != "tenant":
        return unit.since
    values = {"unit": unit.code, "person": actor.person_code, "today": today}
    own: date | None = db.session.execute(_LODGES_SINCE, values).scalar()
    return max((day for day in (own, unit.since) if day is not None), default=None)


def meters_of(unit_code: str, since: date | None = None) -> list[Meter]:
    """The meters of a unit with readings since a day; the caller has checked that they may be seen."""
    found = db.session.execute(_METERS, {"unit": unit_code, "since": since}).all()
    read = readings_of([row.serial for row in found], since)
    return [
        Meter(
            row.serial,
            row.medium,
            row.location,
            row.installed_on,
            row.verified_until,
            row.removed_on,
            tuple(one for one in read.get(row.serial, ()) if one.state != "doubtful"),
            tuple(one for one in read.get(row.serial, ()) if one.state == "doubtful"),
        )
        for row in found
    ]


def readings_of(serials: Sequence[str], since: date | None = None) -> dict[str, list[Reading]]:
    """The readings of meters, oldest first; of the same day the books' count, with what was told beside it."""
    if not serials:
        return {}
    found: dict[str, dict[date, Reading]] = {}
    rows = db.session.execute(_READINGS, {"serials": list(serials), "since": since})
    for serial, *values in rows:
        days, one = found.setdefault(serial, {}), Reading(*values)
        other = days.get(one.day)
        days[one.day] = one if other is None else _both(one, other)
    return {serial: list(days.values()) for serial, days in found.items()}


def lacking(_actor: Actor, unit: HeldUnit) -> list[str]:
    """Media of which most units of the building have a meter, but not this one."""
    return list(db.session.execute(_USUAL, {"unit": unit.code}).scalars())


def medians(_actor: Actor, unit: HeldUnit, since: date) -> dict[str, dict[date, Median]]:
    """Medium → month → the building's median, where there are enough units to hide in."""
    found: dict[str, dict[date, Median]] = {}
    values: dict[str, Any] = {"unit": unit.code, "since": since}
    for medium, month, median, units in db.session.execute(_MEDIANS, values):
        found.setdefault(medium, {})[month] = Median(median, units)
    return found


def _both(one: Reading, other: Reading) -> Reading:
    books, told = (one, other) if one.origin == "books" else (other, one)
    return replace(books, told=told.value) if told.value != books.value else books
