"""The meters of a unit with what is known of them before a window, for judging a new reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import today
from app.estate import scope
from app.meters import usage
from app.meters.queries.windows import Window
from app.meters.rules import METERS
from app.meters.usage import Reading, Step
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Known:
    """A meter in use, its last reading before the window, and the steps of its place."""

    serial: str
    unit_code: str
    medium: str
    location: str | None
    last: Reading | None
    steps: tuple[Step, ...]

    @property
    def label(self) -> str:
        return str(METERS.get(self.medium, self.medium))


_OWN = text(f"SELECT {scope.units(':unit')}")
_METERS = text(
    "SELECT serial, unit_code, medium, location, installed_on, removed_on FROM meters "
    "WHERE until_revision IS NULL "
    "AND (unit_code = ANY(CAST(:units AS text[])) OR serial = ANY(CAST(:serials AS text[])))"
)
# Readings in the window that is being told of are what may be corrected, not what is known.
_READINGS = text(
    "SELECT DISTINCT ON (serial, read_on) serial, read_on, value, origin FROM ("
    "SELECT serial, read_on, value, 'books' AS origin, 0 AS rank FROM meter_readings "
    "WHERE until_revision IS NULL AND serial = ANY(:serials) "
    "UNION ALL SELECT serial, read_on, value, source, 1 FROM reported_readings WHERE live AND state = 'accepted' "
    "AND serial = ANY(:serials) AND (CAST(:but AS bigint) IS NULL OR window_id IS DISTINCT FROM :but)) AS found "
    "ORDER BY serial, read_on, rank"
)


def known(unit_code: str, window: Window | None) -> list[Known]:
    """The unit's meters in use, of the window's media if there is one, by place."""
    found = _known({"units": [unit_code], "serials": None}, window.id if window else None)
    media = set(METERS) if window is None else set(window.media)
    order = {medium: number for number, medium in enumerate(METERS)}
    mine = [one for one in found if one.medium in media]
    return sorted(mine, key=lambda one: (order[one.medium], one.location or "", one.serial))


def known_meters(serials: Sequence[str]) -> dict[str, Known]:
    """Meters in use by serial, with what is known of each alone."""
    return {one.serial: one for one in _known({"units": None, "serials": list(serials)}, None)}


def is_business_of(actor: Actor, unit_code: str) -> bool:
    """Whether the unit is the staff member's business."""
    return bool(db.session.execute(_OWN, {**scope.values(actor), "unit": unit_code}).scalar())


def _known(values: dict[str, Any], but: int | None) -> list[Known]:
    rows = db.session.execute(_METERS, values).all()
    read: dict[str, list[Reading]] = {}
    for row in db.session.execute(_READINGS, {"serials": [row.serial for row in rows], "but": but}):
        read.setdefault(row.serial, []).append(Reading(row.read_on, row.value, None, row.origin))
    meters = [
        usage.Meter(
            row.serial,
            row.medium,
            row.location,
            row.installed_on,
            None,
            row.removed_on,
            tuple(read.get(row.serial, ())),
        )
        for row in rows
    ]
    units = {row.serial: row.unit_code for row in rows}
    return [
        Known(
            place.now.serial,
            units[place.now.serial],
            place.medium,
            place.location,
            place.now.readings[-1] if place.now.readings else None,
            tuple(place.steps),
        )
        for place in _places(meters, units)
        if place.now.removed_on is None or place.now.removed_on > today()
    ]


def _places(meters: list[usage.Meter], units: dict[str, str]) -> list[usage.Place]:
    """Places unit by unit: meters of two units never follow each other."""
    by_unit: dict[str, list[usage.Meter]] = {}
    for meter in meters:
        by_unit.setdefault(units[meter.serial], []).append(meter)
    return [place for mine in by_unit.values() for place in usage.places(mine)]
