"""A unit's settlements as those who settle for it see them: runs that were reckoned here, and the books' own.

A settlement of a period that ended before the holder came is not there. Where a run and the books speak of the same
medium and period they are one, and the run is shown, with what the books say beside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.meters.rules import SETTLED, SIGNS
from app.settlements import rules
from app.settlements.queries.runs import COLUMNS as RUN_COLUMNS
from app.settlements.queries.runs import UNIT_COLUMNS, CostLine, Run, RunUnit, costs
from tenants.db import db

_OPEN = "r.state <> 'draft' AND u.unit_code = :unit AND r.to_on >= coalesce(CAST(:since AS date), '-infinity')"
_RUNS = text(
    "SELECT u.public_id, r.medium, r.from_on, r.to_on, u.counted, u.cost, u.advances, u.balance, r.state, r.title, "
    "r.parameters FROM settlement_run_units u JOIN settlement_runs r ON r.id = u.run_id "
    f"WHERE {_OPEN} ORDER BY r.to_on DESC, r.id DESC"
)
_BOOKS = text(
    "SELECT number, medium, from_on, to_on, consumption, cost, advances, balance FROM media_settlements "
    "WHERE unit_code = :unit AND until_revision IS NULL AND to_on >= coalesce(CAST(:since AS date), '-infinity') "
    "ORDER BY to_on DESC, number"
)
_ONE = text(
    f"SELECT {UNIT_COLUMNS} FROM settlement_run_units u JOIN settlement_runs r ON r.id = u.run_id "
    f"WHERE {_OPEN} AND u.public_id = :settlement"
)
_RUN = text(
    f"SELECT {RUN_COLUMNS} FROM settlement_runs r JOIN settlement_run_units x ON x.run_id = r.id "
    "WHERE x.public_id = :settlement"
)
_VERSION = (
    "SELECT x.public_id FROM settlement_runs v JOIN settlement_run_units x ON x.run_id = v.id AND x.unit_code = :unit "
    "WHERE v.state <> 'draft' AND "
)
_VERSIONS = text(
    f"SELECT ({_VERSION} v.replaces_id = :run ORDER BY v.id DESC LIMIT 1) AS newer, "
    f"({_VERSION} v.id = (SELECT replaces_id FROM settlement_runs WHERE id = :run)) AS older"
)
_NEIGHBOURS = text(
    "SELECT n.counted, n.area, n.cost FROM settlement_run_units n JOIN settlement_run_units u ON u.run_id = n.run_id "
    "AND u.public_id = :settlement WHERE n.id <> u.id AND n.building_code = u.building_code AND n.area > 0 "
    "AND n.use IS NOT NULL AND NOT n.lump"
)


@dataclass(frozen=True, slots=True)
class BookSettlement:
    """A settlement as the books brought it, without how it came about; amounts in grosze."""

    number: str
    medium: str
    from_on: date
    to_on: date
    consumption: Decimal | None
    cost: int
    advances: int
    balance: int

    @property
    def medium_label(self) -> str:
        return str(SETTLED.get(self.medium, self.medium))

    @property
    def sign(self) -> str:
        return SIGNS.get(self.medium, "")

    @property
    def average(self) -> Decimal | None:
        """What one of the consumption cost on average, in złoty."""
        if not self.consumption or self.consumption <= 0:
            return None
        return (Decimal(self.cost) / 100 / self.consumption).quantize(Decimal("0.0001"))


@dataclass(frozen=True, slots=True)
class Listed:
    """A settlement in a list; `settlement` is the public id of one reckoned here, `number` the books' own."""

    settlement: str | None
    number: str | None
    medium: str
    from_on: date
    to_on: date
    used: Decimal | None
    sign: str
    cost: int
    advances: int
    balance: int
    state: str

    @property
    def medium_label(self) -> str:
        return str(SETTLED.get(self.medium, self.medium))

    @property
    def state_label(self) -> str:
        return str(rules.STATES[self.state])

    @property
    def counts(self) -> bool:
        return self.state == rules.PUBLISHED


@dataclass(frozen=True, slots=True)
class Whole:
    """One settlement reckoned here: its run with all costs, the unit, the same of the year before, and the books' own
    of the same period. `newer` and `older` are public ids of the unit's settlement in the other versions."""

    run: Run
    costs: list[CostLine]
    unit: RunUnit
    before: Listed | None
    books: BookSettlement | None
    newer: str | None = None
    older: str | None = None


def listed(actor: Actor, unit: HeldUnit) -> list[Listed]:
    """All settlements of a unit, newest period first; none without sight of debts."""
    if not unit.sight.balance:
        return []
    values = {"unit": unit.code, "since": unit.since}
    found, known = [], set()
    books = {(one.medium, one.from_on, one.to_on): one for one in _of_books(values)}
    for row in db.session.execute(_RUNS, values):
        key = (row.medium, row.from_on, row.to_on)
        published = row.state == rules.PUBLISHED
        number = books[key].number if key in books and published else None
        if published:
            known.add(key)
        found.append(
            Listed(
                row.public_id, number, row.medium, row.from_on, row.to_on, row.counted, _sign(row.parameters), row.cost,
                row.advances, row.balance, row.state,
            )
        )  # fmt: skip
    for key, one in books.items():
        if key not in known:
            found.append(
                Listed(
                    None, one.number, one.medium, one.from_on, one.to_on, one.consumption, one.sign, one.cost,
                    one.advances, one.balance, rules.PUBLISHED,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.to_on, one.from_on, one.counts, one.medium), reverse=True)


def whole(actor: Actor, unit: HeldUnit, settlement: str) -> Whole:
    """One settlement of a unit that was reckoned here. Raises `NotThere`."""
    values = {"unit": unit.code, "since": unit.since, "settlement": settlement.replace("\0", "")}
    row = db.session.execute(_ONE, values).one_or_none() if unit.sight.balance else None
    if row is None:
        raise NotThere("")
    run = Run(*db.session.execute(_RUN, {"settlement": row.public_id}).one())
    same = next(
        (
            one
            for one in _of_books(values)
            if (one.medium, one.from_on, one.to_on) == (run.medium, run.from_on, run.to_on)
        ),
        None,
    )
    before = year_before(actor, unit, run.medium, run.from_on, run.to_on)
    other = db.session.execute(_VERSIONS, {"unit": unit.code, "run": run.id}).one()
    return Whole(run, costs(run.id), RunUnit(*row), before, same, *other)


def of_books(_actor: Actor, unit: HeldUnit, number: str) -> BookSettlement:
    """One settlement that the books brought. Raises `NotThere`."""
    if unit.sight.balance:
        for one in _of_books({"unit": unit.code, "since": unit.since}):
            if one.number == number:
                return one
    raise NotThere("")


def year_before(actor: Actor, unit: HeldUnit, medium: str, first: date, last: date) -> Listed | None:
    """The settlement of the same medium that ended about a year earlier and is as long, within a month."""
    for one in listed(actor, unit):
        close = abs((last - one.to_on).days - 365) <= 31
        if one.medium == medium and one.counts and close and abs((last - first) - (one.to_on - one.from_on)).days <= 31:
            return one
    return None


def neighbours(_actor: Actor, settlement: str) -> list[tuple[Decimal, Decimal, int]]:
    """(counted use, area, cost in grosze) of the other units of the same building in a run, of which something was
    read. For `placing` alone: none of these figures may be shown as they are."""
    rows = db.session.execute(_NEIGHBOURS, {"settlement": settlement})
    return [(row.counted, row.area, row.cost) for row in rows]


def _of_books(values: dict[str, Any]) -> list[BookSettlement]:
    rows = db.session.execute(_BOOKS, {"unit": values["unit"], "since": values["since"]})
    return [BookSettlement(*row) for row in rows]


def _sign(parameters: dict[str, Any]) -> str:
    return rules.SIGNS.get(str(parameters.get("use_in")), "jedn.")
