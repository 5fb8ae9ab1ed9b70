"""Reads of meters and their settlements; units come out of `accounts.holdings`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.meters.rules import METERS, SETTLED
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


@dataclass(frozen=True, slots=True)
class SettledPeriod:
    """A period that was settled; `balance` in grosze, owed when positive."""

    number: str
    medium: str
    from_on: date
    to_on: date
    balance: int

    @property
    def label(self) -> str:
        return str(SETTLED.get(self.medium, self.medium))


_VERIFICATIONS = text(
    "SELECT verified_until, serial, medium, location FROM meters WHERE unit_code = :unit AND until_revision IS NULL "
    "AND (removed_on IS NULL OR removed_on > verified_until) AND verified_until BETWEEN :first AND :last "
    "ORDER BY verified_until, serial"
)
_PERIODS = text(
    "SELECT number, medium, from_on, to_on, balance FROM media_settlements WHERE unit_code = :unit "
    "AND until_revision IS NULL AND to_on BETWEEN :first AND :last "
    "AND to_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY to_on, number"
)


def verifications(_actor: Actor, unit: HeldUnit, first: date, last: date) -> list[Verification]:
    """The unit's meters whose verification ends between two days."""
    values = {"unit": unit.code, "first": first, "last": last}
    return [Verification(*row) for row in db.session.execute(_VERIFICATIONS, values)]


def settled_periods(_actor: Actor, unit: HeldUnit, first: date, last: date) -> list[SettledPeriod]:
    """The settled periods that end between two days, of those who hold the unit now; none without sight of debts."""
    if not unit.sight.balance:
        return []
    values = {"unit": unit.code, "first": first, "last": last, "since": unit.since}
    return [SettledPeriod(*row) for row in db.session.execute(_PERIODS, values)]
