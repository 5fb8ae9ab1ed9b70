"""Demo settlements: heat of the last season and water of the last half-year, published, and a draft to look through."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select, text

from app.core.actor import system
from app.settlements import commands, rules
from app.settlements.commands import Outline
from app.settlements.models import SettlementRun
from app.settlements.rules import Parameters
from app.settlements.sharing import half_up
from tenants.db import db

OFFICE = system("Biuro")
_HEAT = text(
    "SELECT s.from_on, s.to_on, s.cost, s.consumption, coalesce(u.heated_area, u.area) AS area "
    "FROM media_settlements s "
    "JOIN units u ON u.code = s.unit_code AND u.until_revision IS NULL WHERE s.until_revision IS NULL "
    "AND s.medium = 'heat' AND u.building_code = :building AND s.to_on = (SELECT max(to_on) FROM media_settlements "
    "WHERE until_revision IS NULL AND medium = 'heat') ORDER BY u.code"
)
_READ = text(
    "SELECT DISTINCT r.read_on FROM meter_readings r JOIN meters m ON m.serial = r.serial AND m.until_revision IS NULL "
    "JOIN units u ON u.code = m.unit_code AND u.until_revision IS NULL WHERE r.until_revision IS NULL "
    "AND m.medium = 'cold_water' AND u.building_code = :building AND date_part('month', r.read_on) IN (6, 12) "
    "AND r.read_on + 1 = date_trunc('month', r.read_on + 1) ORDER BY 1 DESC LIMIT 2"
)
_UNITS = text("SELECT code FROM units WHERE until_revision IS NULL AND building_code = :building ORDER BY code LIMIT 9")


def settle(building: str) -> None:
    """Make the demo runs of a building, unless some are there. Commits nothing."""
    if db.session.scalars(select(SettlementRun.id)).first() is not None:
        return
    heats = db.session.execute(_HEAT, {"building": building}).all()
    if heats:
        _heat(building, heats)
    days = list(db.session.execute(_READ, {"building": building}).scalars())
    if len(days) == 2:
        _water(building, days[1] + timedelta(days=1), days[0])


def _heat(building: str, found: Sequence[Any]) -> None:
    """As the books settled it: a third of the advances by area, the rest by heat."""
    one = max(found, key=lambda row: row.cost)
    weight = 4 * one.area + Decimal(800) / 35 * (one.consumption or 0)
    monthly = int((Decimal(one.cost) / weight).to_integral_value()) if weight else 0
    fixed = sum(half_up(row.area * 4 * monthly / 100) for row in found)
    price = Decimal(monthly * 800 // 35) / 100
    name = f"Ogrzewanie, sezon {one.from_on.year}/{one.to_on.year}"
    run = _begun(name, rules.HEAT, one.from_on, one.to_on, building)
    _ruled(run, Parameters(use_in=rules.GJ, lump_norm=Decimal("0.4")))
    _cost(run, "Moc zamówiona i przesył, 12 faktur", f"CIEPŁO/{one.to_on.year}/S", rules.FIXED, fixed)
    _cost(run, "Ciepło", f"Taryfa dla ciepła {one.from_on.year}", rules.TARIFF, int(price * 100))
    commands.publish(OFFICE, run, None)


def _water(building: str, first: date, last: date) -> None:
    half = "pierwsze półrocze" if last.month == 6 else "drugie półrocze"
    cold = _begun(f"Zimna woda, {half} {last.year}", rules.COLD, first, last, building)
    used = Decimal(_row(cold).totals["used"])
    main = (used * Decimal("1.034")).quantize(Decimal("0.001"))
    _ruled(cold, Parameters(main_use=main, difference=rules.BY_UNIT, lump_norm=Decimal(3)))
    _cost(cold, "Woda i ścieki", f"FV/{last.year}/W/118", rules.VARIABLE, half_up(main * Decimal("14.62")))
    commands.publish(OFFICE, cold, None)
    hot = _begun(f"Ciepła woda, {half} {last.year}", rules.HOT, first, last, building)
    used = Decimal(_row(hot).totals["used"])
    _ruled(hot, Parameters(lump_norm=Decimal(2)))
    water, heat = half_up(used * Decimal("14.62")), half_up(used * Decimal("34.15"))
    _cost(hot, "Woda do podgrzania i ścieki", f"FV/{last.year}/W/118", rules.VARIABLE, water, rules.WATER_PART)
    _cost(hot, "Ciepło do podgrzania wody", f"FV/{last.year}/C/52", rules.VARIABLE, heat, rules.HEAT_PART)
    codes = list(db.session.execute(_UNITS, {"building": building}).scalars())
    for code, typed in zip(codes[-3:], ({"use": "312,5"}, {"use": "0"}, {"advances": "0"}), strict=False):
        commands.set_unit(OFFICE, hot, _row(hot).version, code, typed)


def _begun(title: str, medium: str, first: date, last: date, building: str) -> str:
    due = last + timedelta(days=170)
    note = "Uwagi przyjmujemy przez 30 dni od publikacji. Nadpłatę zaliczamy na poczet następnych opłat."
    return commands.begin(OFFICE, Outline(title, medium, first, last, (building,), due, note), f"demo-{medium}-{first}")


def _row(run: str) -> SettlementRun:
    found: SettlementRun = db.session.scalars(select(SettlementRun).where(SettlementRun.public_id == run)).one()
    return found


def _ruled(run: str, how: Parameters) -> None:
    row = _row(run)
    commands.set_parameters(OFFICE, run, row.version, how, row.advances)


def _cost(run: str, name: str, document: str, kind: str, grosze: int, purpose: str = "") -> None:
    amount = f"{grosze // 100},{grosze % 100:02d}"
    typed = {"name": name, "document": document, "kind": kind, "amount": amount, "purpose": purpose}
    commands.add_cost(OFFICE, run, _row(run).version, typed)
