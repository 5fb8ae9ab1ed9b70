"""Settlement runs as staff see them: those whose buildings are all the actor's business."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from app.settlements import rules
from app.settlements.outliers import LABELS
from app.settlements.rules import MEDIA, STATES, Parameters
from tenants.db import db

PAGE_SIZE, MOST_ROWS = 50, 20_000
_MINE = "(CAST(:scope AS jsonb) IS NULL OR r.buildings <@ CAST(:scope AS jsonb))"
COLUMNS = (
    "r.id, r.public_id, r.title, r.medium, r.from_on, r.to_on, r.buildings, r.state, r.version, r.parameters, "
    "r.advances, r.pots, r.totals, r.due_on, r.note, r.created_by, r.created_at, r.published_by, r.published_at, "
    "r.ended_by, r.ended_at, r.reason, (SELECT o.public_id FROM settlement_runs o WHERE o.id = r.replaces_id) "
    "AS replaces, (SELECT n.public_id FROM settlement_runs n WHERE n.replaces_id = r.id "
    "AND n.state IN ('published', 'replaced') ORDER BY n.id DESC LIMIT 1) AS replaced_by"
)
_LIST = text(
    f"SELECT {COLUMNS}, count(*) OVER () AS total FROM settlement_runs r WHERE {_MINE} "
    "AND (CAST(:state AS text) IS NULL OR r.state = :state) ORDER BY r.to_on DESC, r.id DESC LIMIT :size OFFSET :start"
)
_ONE = text(f"SELECT {COLUMNS} FROM settlement_runs r WHERE {_MINE} AND r.public_id = :run")
_COSTS = text(
    "SELECT public_id, name, document, kind, purpose, amount, price, file_id FROM settlement_costs "
    "WHERE run_id = :run ORDER BY id"
)
UNIT_COLUMNS = (
    "u.public_id, u.unit_code, u.building_code, u.area, u.persons, u.share, u.readings, u.use, u.coefficient, u.lump, "
    "u.lump_reason, u.given, u.months, u.bare, u.counted, u.lines, u.fixed, u.variable, u.cost, u.advances, "
    "u.balance, u.flags, u.unread"
)
_UNITS = text(
    f"SELECT {UNIT_COLUMNS}, count(*) OVER () AS total FROM settlement_run_units u WHERE u.run_id = :run "
    "AND (CAST(:flag AS text) IS NULL OR (:flag = 'any' AND jsonb_array_length(u.flags) > 0) "
    "OR u.flags @> to_jsonb(CAST(:flag AS text))) AND (CAST(:code AS text) IS NULL OR u.unit_code = :code) "
    "ORDER BY u.building_code, ext.polish_key(u.unit_code), u.unit_code LIMIT :size OFFSET :start"
)
_FLAGS = text(
    "SELECT f.flag, count(*) AS units FROM settlement_run_units u, jsonb_array_elements_text(u.flags) AS f (flag) "
    "WHERE u.run_id = :run GROUP BY 1"
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run. `pots` are `reckoning.Pot` as JSON, `totals` grosze and counts; `replaces` and `replaced_by` are public
    ids of other versions."""

    id: int
    public_id: str
    title: str
    medium: str
    from_on: date
    to_on: date
    buildings: list[str]
    state: str
    version: int
    parameters: dict[str, Any]
    advances: dict[str, Any]
    pots: list[dict[str, Any]]
    totals: dict[str, Any]
    due_on: date | None
    note: str
    created_by: str
    created_at: datetime
    published_by: str | None
    published_at: datetime | None
    ended_by: str | None
    ended_at: datetime | None
    reason: str | None
    replaces: str | None
    replaced_by: str | None

    @property
    def medium_label(self) -> str:
        return str(MEDIA[self.medium])

    @property
    def state_label(self) -> str:
        return str(STATES[self.state])

    @property
    def how(self) -> Parameters:
        return Parameters.of(self.parameters)

    @property
    def sign(self) -> str:
        """The sign of what is measured."""
        return rules.SIGNS.get(self.how.use_in, "jedn.")

    @property
    def area(self) -> Decimal:
        """All square metres of the run."""
        return Decimal(self.totals.get("area") or 0)

    @property
    def used(self) -> Decimal:
        """All that was used, before the limits."""
        return Decimal(self.totals.get("used") or 0)

    @property
    def months(self) -> int:
        return rules.months_of(self.from_on, self.to_on)


@dataclass(frozen=True, slots=True)
class CostLine:
    """A cost of a run; `amount` in grosze, or a tariff's `price` in złoty."""

    public_id: str
    name: str
    document: str
    kind: str
    purpose: str
    amount: int
    price: Decimal | None
    file_id: int | None

    @property
    def kind_label(self) -> str:
        return str(rules.KINDS[self.kind])

    @property
    def purpose_label(self) -> str:
        return str(rules.PURPOSES[self.purpose]) if self.purpose else ""


@dataclass(frozen=True, slots=True)
class RunUnit:
    """A unit of a run, as `models.SettlementRunUnit` says."""

    public_id: str
    unit_code: str
    building_code: str
    area: Decimal
    persons: int
    share: Decimal
    readings: list[dict[str, Any]]
    use: Decimal | None
    coefficient: Decimal
    lump: bool
    lump_reason: str
    given: dict[str, Any]
    months: list[dict[str, Any]]
    bare: Decimal
    counted: Decimal
    lines: list[dict[str, Any]]
    fixed: int
    variable: int
    cost: int
    advances: int
    balance: int
    flags: list[str]
    unread: str

    @property
    def by_norm(self) -> bool:
        return self.lump or self.use is None

    @property
    def lump_label(self) -> str:
        return str(rules.REASONS.get(self.lump_reason, self.lump_reason))

    @property
    def flag_labels(self) -> list[str]:
        return [str(LABELS.get(flag, flag)) for flag in self.flags]


def runs(actor: Actor, page: int, state: str | None = None) -> Page[Run]:
    """The runs, newest period first. Raises `NotThere` for who may not see them."""
    values = {**_scope(actor), "state": state if state in STATES else None}
    rows = db.session.execute(_LIST, {**values, "size": PAGE_SIZE, "start": (page - 1) * PAGE_SIZE}).all()
    return Page([Run(*row[:-1]) for row in rows], page, PAGE_SIZE, rows[0].total if rows else 0)


def run(actor: Actor, public_id: str) -> Run:
    """One run. Raises `NotThere`."""
    row = db.session.execute(_ONE, {**_scope(actor), "run": public_id.replace("\0", "")}).one_or_none()
    if row is None:
        raise NotThere("")
    return Run(*row)


def costs(run_id: int) -> list[CostLine]:
    """The costs of a run that the caller may see."""
    return [CostLine(*row) for row in db.session.execute(_COSTS, {"run": run_id})]


def units(
    run_id: int, page: int = 1, *, flag: str | None = None, code: str | None = None, size: int = PAGE_SIZE
) -> Page[RunUnit]:
    """The units of a run that the caller may see, by building and code; `flag` of `LABELS`, or `any`."""
    wanted = flag if flag in LABELS or flag == "any" else None
    given = {"run": run_id, "flag": wanted, "code": (code or "").replace("\0", "") or None}
    rows = db.session.execute(_UNITS, {**given, "size": size, "start": (page - 1) * size}).all()
    return Page([RunUnit(*row[:-1]) for row in rows], page, size, rows[0].total if rows else 0)


def flags(run_id: int) -> list[tuple[str, str, int]]:
    """What is unusual in a run: (flag, label, how many units), in the order of `LABELS`."""
    counted: dict[str, int] = {row.flag: row.units for row in db.session.execute(_FLAGS, {"run": run_id})}
    return [(flag, str(label), counted[flag]) for flag, label in LABELS.items() if flag in counted]


def _scope(actor: Actor) -> dict[str, Any]:
    if not actor.may(Can.SEE_METERS):
        raise NotThere("")
    return {"scope": None if actor.buildings is None else json.dumps(sorted(actor.buildings))}
