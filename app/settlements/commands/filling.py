"""What a draft is reckoned from: units and readings as they are known, what staff put in their place, and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from app.attachments.commands import keep
from app.attachments.owners import owner
from app.attachments.rules import Checked
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.settlements import rules
from app.settlements.commands.holding import draft
from app.settlements.models import SettlementCost, SettlementRun, SettlementRunUnit
from app.settlements.outliers import Figures, outliers
from app.settlements.queries import gathering
from app.settlements.reading import ends, was_there
from app.settlements.reckoning import Cost, Given, Reckoning, reckon
from app.settlements.rules import Parameters
from tenants.db import db

owner("settlement_costs", "SELECT file_id FROM settlement_costs")


def fill(actor: Actor, run: SettlementRun, given: Mapping[str, dict[str, Any]] | None = None) -> None:
    """Put into a draft the units of its buildings with what is known of them; what staff put in stays."""
    known = gathering.units(actor, run.buildings, heat=run.medium == rules.HEAT)
    meters = gathering.meters(actor, run.buildings, run.medium, run.from_on, run.to_on)
    paid = gathering.advances(actor, run.buildings, run.advances, run.from_on, run.to_on)
    rows = {row.unit_code: row for row in unit_rows(run)}
    for unit in known:
        row = rows.pop(unit.code, None)
        if row is None:
            row = SettlementRunUnit(run_id=run.id, unit_code=unit.code, given=dict((given or {}).get(unit.code) or {}))
            db.session.add(row)
        row.building_code, row.area, row.persons, row.share = unit.building, unit.area, unit.persons, unit.share
        there = [meter for meter in meters.get(unit.code, []) if was_there(meter, run.from_on, run.to_on)]
        found = [ends(meter, run.from_on, run.to_on) for meter in there]
        row.readings = [each.as_json() for each in found if each is not None]
        row.months = paid.get(unit.code, [])
        row.unread = "no_meter" if not there else "no_reading" if None in found else ""
        _effective(row)
    for row in rows.values():
        db.session.delete(row)
    db.session.flush()


def reckoned(run: SettlementRun) -> Reckoning:
    """Reckon a draft anew and keep the result beside each unit; its version grows."""
    rows = unit_rows(run)
    costs = [
        Cost(row.name, row.kind, row.amount, row.price, row.purpose)
        for row in db.session.scalars(select(SettlementCost).where(SettlementCost.run_id == run.id).order_by("id"))
    ]
    units = [
        Given(row.unit_code, row.area, row.persons, row.share, row.use, row.coefficient, row.lump, row.advances)
        for row in rows
    ]
    months = rules.months_of(run.from_on, run.to_on)
    found = reckon(costs, Parameters.of(run.parameters), units, run.medium, months)
    by_code = {unit.code: unit for unit in found.units}
    of_area = run.medium == rules.HEAT  # water goes by people: a small flat of four is no outlier
    odd = outliers(
        (
            Figures(row.unit_code, row.use, row.area, by_code[row.unit_code].cost, by_code[row.unit_code].balance)
            for row in rows
        ),
        by_area=of_area,
    )
    for row in rows:
        unit = by_code[row.unit_code]
        row.bare, row.counted, row.cost, row.balance = unit.bare, unit.counted, unit.cost, unit.balance
        row.lines = [_json(asdict(line)) for line in unit.lines]
        row.fixed = sum(line.amount for line in unit.lines if line.pot in (rules.FIXED, rules.OTHER))
        row.variable = unit.cost - row.fixed
        row.flags = odd.get(row.unit_code, [])
    run.pots = [_json(asdict(pot)) for pot in found.pots]
    run.totals = _json(
        {
            "cost": found.cost, "charged": found.charged, "nobody": found.nobody, "missing": found.missing,
            "agrees": found.agrees, "advances": sum(row.advances for row in rows), "units": len(rows),
            "area": sum((row.area for row in rows), Decimal(0)), "used": sum((row.bare for row in rows), Decimal(0)),
            "odd": len(odd),
        }
    )  # fmt: skip
    run.version = (run.version or 0) + 1
    run.reckoned_at = now()
    db.session.flush()
    return found


def unit_rows(run: SettlementRun) -> list[SettlementRunUnit]:
    """The units of a run, by code."""
    wanted = select(SettlementRunUnit).where(SettlementRunUnit.run_id == run.id).order_by(SettlementRunUnit.unit_code)
    return list(db.session.scalars(wanted))


def gather(actor: Actor, public_id: str, version: int) -> None:
    """Look up units, readings and advances anew. Raises `Refused`, `Conflict`, `NotThere`."""
    run = draft(actor, public_id, version)
    fill(actor, run)
    reckoned(run)
    audit.record(actor, "settlement.gathered", f"settlement:{public_id}", units=run.totals["units"])


def add_cost(actor: Actor, public_id: str, version: int, typed: Mapping[str, str], file: Checked | None = None) -> None:
    """Add a cost: `name`, `document`, `kind`, `purpose`, and `amount` in złoty, or `price` of a tariff. Raises as
    `gather`, with the field."""
    run = draft(actor, public_id, version)
    kind, purpose = typed.get("kind", ""), typed.get("purpose", "")
    name = rules.words(typed.get("name"), "name", rules.NAME_LENGTH)
    if kind not in rules.KINDS:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="kind")
    if purpose not in rules.PURPOSES:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="purpose")
    row = SettlementCost(run_id=run.id, name=name, kind=kind, purpose=purpose if run.medium == rules.HOT else "")
    row.document = rules.words(typed.get("document"), "document", rules.NAME_LENGTH, needed=False)
    if kind == rules.TARIFF:
        row.price = rules.number(typed.get("amount"), "amount")
        if row.price is None or row.price < 0:
            raise Refused(_("Podaj cenę w złotych, na przykład 14,62."), field="amount")
        row.amount = 0
    else:
        amount = rules.grosze(typed.get("amount"), "amount")
        if amount is None or amount == 0:
            raise Refused(_("Podaj kwotę w złotych, na przykład 12 345,67."), field="amount")
        row.amount = amount
    count = db.session.scalar(select(func.count()).select_from(SettlementCost).where(SettlementCost.run_id == run.id))
    if (count or 0) >= rules.MOST_COSTS:
        raise Refused(_("Rozliczenie może mieć najwyżej %(most)d kosztów.", most=rules.MOST_COSTS), field="name")
    row.file_id = keep(file).id if file else None
    db.session.add(row)
    db.session.flush()
    reckoned(run)
    told = {
        "name": name,
        "kind": kind,
        "amount": row.amount,
        "price": str(row.price) if row.price is not None else None,
    }
    audit.record(actor, "settlement.cost_added", f"settlement:{public_id}", after=told)


def remove_cost(actor: Actor, public_id: str, version: int, cost: str) -> None:
    """Take a cost out of a draft. Raises `Refused`, `Conflict`, `NotThere`."""
    run = draft(actor, public_id, version)
    wanted = select(SettlementCost).where(
        SettlementCost.run_id == run.id, SettlementCost.public_id == cost.replace("\0", "")
    )
    row = db.session.scalars(wanted).one_or_none()
    if row is None:
        raise NotThere("")
    before = {"name": row.name, "kind": row.kind, "amount": row.amount}
    db.session.delete(row)
    db.session.flush()
    reckoned(run)
    audit.record(actor, "settlement.cost_removed", f"settlement:{public_id}", before=before)


def set_unit(actor: Actor, public_id: str, version: int, code: str, typed: Mapping[str, str]) -> None:
    """Put in for one unit what counts in place of what was found: `use`, `coefficient`, `advances` (złoty), and `lump`
    with its `reason`; empty ones count as found. Raises `Refused` with the field, `Conflict`, `NotThere`."""
    run = draft(actor, public_id, version)
    rows = {row.unit_code: row for row in unit_rows(run)}
    if code not in rows:
        raise NotThere("")
    row = rows[code]
    before = dict(row.given)
    reason = rules.words(typed.get("reason"), "reason", 200, needed=bool(typed.get("lump")))
    row.given = _given(typed) | ({"lump": True, "reason": reason} if typed.get("lump") else {})
    _effective(row)
    reckoned(run)
    audit.record(
        actor, "settlement.unit_set", f"settlement:{public_id}", before=before, after={"unit": code, **row.given}
    )


def take_rows(actor: Actor, public_id: str, version: int, rows: Sequence[Mapping[str, str]]) -> int:
    """Put in what a file says of units, by `unit`, with the names of `set_unit`; returns how many. All or nothing.

    Raises `Refused` on `file` with the first row that cannot be taken, `Conflict`, `NotThere`.
    """
    run = draft(actor, public_id, version)
    known = {row.unit_code: row for row in unit_rows(run)}
    seen: set[str] = set()
    for number, typed in enumerate(rows, 2):
        code = typed.get("unit", "")
        if code not in known or code in seen:
            said = _("lokal %(code)s jest w pliku dwa razy", code=code) if code in seen else _(
                "w tym rozliczeniu nie ma lokalu %(code)s", code=code[:40] or "–"
            )  # fmt: skip
            raise Refused(_("Wiersz %(row)d: %(said)s.", row=number, said=said), field="file")
        seen.add(code)
        try:
            found = _given(typed)
        except Refused as refusal:
            raise Refused(_("Wiersz %(row)d: %(said)s", row=number, said=refusal.message), field="file") from refusal
        known[code].given = {**known[code].given, **found}
        _effective(known[code])
    if not seen:
        raise Refused(_("W pliku nie ma żadnego lokalu."), field="file")
    reckoned(run)
    audit.record(actor, "settlement.file_taken", f"settlement:{public_id}", rows=len(seen))
    return len(seen)


def _given(typed: Mapping[str, str]) -> dict[str, Any]:
    use, coefficient = (
        rules.number(typed.get("use"), "use", places=3),
        rules.number(typed.get("coefficient"), "coefficient", places=4),
    )
    advances = rules.grosze(typed.get("advances"), "advances")
    if use is not None and use < 0:
        raise Refused(_("Zużycie nie może być ujemne."), field="use")
    if coefficient is not None and not 0 < coefficient <= 100:
        raise Refused(_("Podaj współczynnik większy od 0."), field="coefficient")
    found = {"use": use, "coefficient": coefficient}
    told: dict[str, Any] = {name: str(value) for name, value in found.items() if value is not None}
    return told | ({"advances": advances} if advances is not None else {})


def _effective(row: SettlementRunUnit) -> None:
    """What counts of a unit: what staff put in, else what was found."""
    given = row.given or {}
    if "use" in given:
        row.use = Decimal(given["use"])
    elif row.unread:
        row.use = None
    else:
        row.use = sum((Decimal(each["use"]) for each in row.readings), Decimal(0))
    row.coefficient = Decimal(given.get("coefficient") or 1)
    row.lump = bool(given.get("lump"))
    row.lump_reason = str(given.get("reason") or "") if row.lump else row.unread if row.use is None else ""
    row.advances = int(given["advances"]) if "advances" in given else sum(each["amount"] for each in row.months or [])


def _json(value: dict[str, Any]) -> dict[str, Any]:
    return {name: str(part) if isinstance(part, Decimal) else part for name, part in value.items()}
