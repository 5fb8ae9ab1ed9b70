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


# Of a run reckoned here and a settlement of the books of the same medium and period the run counts.
_PERIODS = text(
    "WITH runs AS (SELECT r.title AS number, r.medium, r.from_on, r.to_on, u.balance FROM settlement_run_units u "
    "JOIN settlement_runs r ON r.id = u.run_id WHERE u.unit_code = :unit AND r.state = 'published'), "
    "known AS (SELECT * FROM runs UNION ALL SELECT s.number, s.medium, s.from_on, s.to_on, s.balance "
    "FROM media_settlements s WHERE s.unit_code = :unit AND s.until_revision IS NULL AND NOT EXISTS (SELECT FROM runs "
    "WHERE (runs.medium, runs.from_on, runs.to_on) = (s.medium, s.from_on, s.to_on))) "
    "SELECT number, medium, from_on, to_on, balance FROM known WHERE to_on BETWEEN :first AND :last "
    "AND to_on >= coalesce(CAST(:since AS date), '-infinity') ORDER BY to_on, number"
)


def settled_periods(_actor: Actor, unit: HeldUnit, first: date, last: date) -> list[SettledPeriod]:
    """The settled periods that end between two days, of those who hold the unit now; none without sight of debts."""
    if not unit.sight.balance:
        return []
    values = {"unit": unit.code, "first": first, "last": last, "since": unit.since}
    return [SettledPeriod(*row) for row in db.session.execute(_PERIODS, values)]
