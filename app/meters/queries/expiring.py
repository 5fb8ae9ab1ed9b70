"""Meters in use whose verification has ended or ends soon."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.paging import Page
from app.estate import scope
from tenants.db import db

PAGE_SIZE = 50
MOST_ROWS = 50_000


@dataclass(frozen=True, slots=True)
class Asked:
    """Within how many months; of one medium and one building, where these are not empty."""

    months: int
    medium: str
    building: str

    @property
    def query(self) -> dict[str, str]:
        return {"months": str(self.months), "medium": self.medium, "building": self.building}


@dataclass(frozen=True, slots=True)
class Ending:
    """A meter and the unit it belongs to; `address` is the street and numbers, or the unit's code."""

    serial: str
    unit_code: str
    medium: str
    location: str | None
    installed_on: date | None
    verified_until: date
    staircase: str | None
    address: str


_ENDING = text(
    "SELECT m.serial, m.unit_code, m.medium, m.location, m.installed_on, m.verified_until, u.staircase, "
    "coalesce(b.street || ' ' || b.number || '/' || u.number, m.unit_code) AS address, count(*) OVER () AS total "
    "FROM meters m LEFT JOIN units u ON u.code = m.unit_code AND u.until_revision IS NULL "
    "LEFT JOIN buildings b ON b.code = u.building_code AND b.until_revision IS NULL "
    "WHERE m.until_revision IS NULL AND (m.removed_on IS NULL OR m.removed_on > :today) "
    "AND m.verified_until <= CAST(:today AS date) + make_interval(months => :months) "
    "AND (:medium = '' OR m.medium = :medium) AND (:building = '' OR u.building_code = :building) "
    f"AND {scope.units('m.unit_code')} "
    "ORDER BY m.verified_until, address, m.serial LIMIT :size OFFSET :start"
)


def meters(actor: Actor, asked: Asked, today: date, page: int, size: int = PAGE_SIZE) -> Page[Ending]:
    """Those in use whose verification ends within the months asked for, or has ended; soonest first."""
    values: dict[str, Any] = {
        **scope.values(actor),
        "today": today,
        "months": asked.months,
        "medium": asked.medium,
        "building": asked.building,
        "size": size,
        "start": (page - 1) * size,
    }
    rows = db.session.execute(_ENDING, values).all()
    return Page([Ending(*row[:-1]) for row in rows], page, size, rows[0].total if rows else 0)
