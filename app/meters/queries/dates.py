"""Days of meters and their settlements for a calendar; units come out of `accounts.holdings`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.meters.rules import METERS
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Verification:
    """The last day on which a meter is verified (legalizacja)."""

    day: date
    serial: str
    medium: str
    location: str | None

    @property
    def label(self) -> str:
        return ", ".join(str(part) for part in (METERS.get(self.medium, ""), self.serial, self.location) if part)


_VERIFICATIONS = text(
    "SELECT verified_until, serial, medium, location FROM meters WHERE unit_code = :unit AND until_revision IS NULL "
    "AND (removed_on IS NULL OR removed_on > verified_until) AND verified_until BETWEEN :first AND :last "
    "ORDER BY verified_until, serial"
)


def verifications(_actor: Actor, unit: HeldUnit, first: date, last: date) -> list[Verification]:
    """The unit's meters whose verification ends between two days."""
    values = {"unit": unit.code, "first": first, "last": last}
    return [Verification(*row) for row in db.session.execute(_VERIFICATIONS, values)]
