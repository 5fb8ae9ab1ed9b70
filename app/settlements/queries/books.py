"""Settlements that the books brought; units come out of `accounts.holdings`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.meters.rules import SETTLED
from tenants.db import db


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


_PERIODS = text(
    "SELECT number, medium, from_on, to_on, balance FROM media_settlements WHERE unit_code = :unit "
    "AND until_revision IS NULL AND to_on BETWEEN :first AND :last "
    "AND to_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY to_on, number"
)


def settled_periods(_actor: Actor, unit: HeldUnit, first: date, last: date) -> list[SettledPeriod]:
    """The settled periods that end between two days, of those who hold the unit now; none without sight of debts."""
    if not unit.sight.balance:
        return []
    values = {"unit": unit.code, "first": first, "last": last, "since": unit.since}
    return [SettledPeriod(*row) for row in db.session.execute(_PERIODS, values)]
