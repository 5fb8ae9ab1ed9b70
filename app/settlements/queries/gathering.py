"""What the books and the register of meters know of the units of a run: areas, readings, advances by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.estate import scope
from app.settlements.reading import NEAR, Metered
from tenants.db import db


@dataclass(frozen=True, slots=True)
class Known:
    """A unit as the books have it; `area` is the heated one where a run is of heat."""

    code: str
    building: str
    area: Decimal
    persons: int
    share: Decimal


_UNITS = text(
    "SELECT u.code, u.building_code, CASE WHEN :heat THEN coalesce(u.heated_area, u.area) ELSE u.area END AS area, "
    "coalesce(u.persons, 0) AS persons, u.share FROM units u WHERE u.until_revision IS NULL "
    f"AND u.building_code = ANY(:buildings) AND {scope.buildings('u.building_code')} ORDER BY u.code"
)
_READINGS = text(
    "WITH mine AS (SELECT m.serial, m.unit_code, m.installed_on, m.removed_on FROM meters m "
    "JOIN units u ON u.code = m.unit_code AND u.until_revision IS NULL WHERE m.until_revision IS NULL "
    "AND m.medium = :medium AND u.building_code = ANY(:buildings)), "
    "shown AS (SELECT r.serial, r.read_on, r.value FROM meter_readings r WHERE r.until_revision IS NULL "
    "AND r.read_on BETWEEN :since AND :until UNION ALL "
    "SELECT p.serial, p.read_on, p.value FROM reported_readings p WHERE p.live AND p.state = 'accepted' "
    "AND p.read_on BETWEEN :since AND :until AND NOT EXISTS (SELECT FROM meter_readings b WHERE b.serial = p.serial "
    "AND b.read_on = p.read_on AND b.until_revision IS NULL)) "
    "SELECT mine.unit_code, mine.serial, mine.installed_on, mine.removed_on, shown.read_on, shown.value FROM mine "
    "LEFT JOIN shown ON shown.serial = mine.serial ORDER BY mine.unit_code, mine.serial, shown.read_on"
)
_MONTHS = (
    "SELECT CAST(m AS date) AS month FROM generate_series(date_trunc('month', CAST(:first AS timestamp)), "
    "CAST(:last AS timestamp), interval '1 month') AS m"
)
_CHARGED = text(
    f"SELECT c.unit_code, c.month, sum(c.amount)::bigint AS grosze FROM (SELECT DISTINCT ON (c.unit_code, "
    f"c.component_code, m.month) c.unit_code, m.month, c.amount FROM ({_MONTHS}) AS m JOIN charges c "
    "ON c.from_on < m.month + interval '1 month' AND (c.to_on IS NULL OR c.to_on >= m.month) "
    "JOIN units u ON u.code = c.unit_code AND u.until_revision IS NULL AND u.building_code = ANY(:buildings) "
    "WHERE c.until_revision IS NULL AND c.component_code = ANY(:codes) "
    "ORDER BY c.unit_code, c.component_code, m.month, c.from_on DESC) AS c GROUP BY 1, 2 ORDER BY 1, 2"
)
_BOOKED = text(
    "SELECT e.unit_code, CAST(coalesce(e.period, to_char(e.booked_on, 'YYYY-MM')) || '-01' AS date) AS month, "
    "sum(e.debit - e.credit)::bigint AS grosze FROM ledger_entries e "
    "JOIN units u ON u.code = e.unit_code AND u.until_revision IS NULL AND u.building_code = ANY(:buildings) "
    "WHERE e.until_revision IS NULL AND e.kind = 'charge' AND e.account = :account "
    "AND coalesce(e.period, to_char(e.booked_on, 'YYYY-MM')) BETWEEN to_char(CAST(:first AS date), 'YYYY-MM') "
    "AND to_char(CAST(:last AS date), 'YYYY-MM') AND coalesce(e.period, '2000-01') ~ '^[0-9]{4}-(0[1-9]|1[0-2])$' "
    "GROUP BY 1, 2 ORDER BY 1, 2"
)


def units(actor: Actor, buildings: Sequence[str], *, heat: bool) -> list[Known]:
    """The units of buildings that are the actor's business."""
    rows = db.session.execute(_UNITS, {"buildings": list(buildings), "heat": heat, **scope.values(actor)})
    return [Known(row.code, row.building_code, row.area, row.persons, share(row.share)) for row in rows]


def meters(_actor: Actor, buildings: Sequence[str], medium: str, first: date, last: date) -> dict[str, list[Metered]]:
    """The meters of a medium by unit, with what they showed around a period; what residents told counts as accepted."""
    values = {"buildings": list(buildings), "medium": medium, "since": first - NEAR * 2, "until": last + NEAR}
    found: dict[tuple[str, str], tuple[Any, list[tuple[date, Decimal]]]] = {}
    for row in db.session.execute(_READINGS, values):
        _dates, shown = found.setdefault((row.unit_code, row.serial), ((row.installed_on, row.removed_on), []))
        if row.read_on is not None:
            shown.append((row.read_on, row.value))
    by_unit: dict[str, list[Metered]] = defaultdict(list)
    for (unit, serial), ((installed, removed), shown) in found.items():
        by_unit[unit].append(Metered(serial, installed, removed, shown))
    return by_unit


def advances(
    _actor: Actor, buildings: Sequence[str], wanted: dict[str, Any], first: date, last: date
) -> dict[str, list[dict[str, Any]]]:
    """The advances by unit and month, in grosze, as `wanted` says: {"from": "components", "codes"} of what is charged
    every month, or {"from": "account", "account"} of what was booked. Nothing for any other source."""
    values: dict[str, Any] = {"buildings": list(buildings), "first": first, "last": last}
    if wanted.get("from") == "components":
        rows = db.session.execute(_CHARGED, {**values, "codes": list(wanted.get("codes") or [])})
    elif wanted.get("from") == "account":
        rows = db.session.execute(_BOOKED, {**values, "account": str(wanted.get("account") or "")})
    else:
        return {}
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for unit, month, grosze in rows:
        found[unit].append({"month": month.isoformat(), "amount": grosze})
    return found


def share(written: str | None) -> Decimal:
    """A share of the books, `524/10000` or `0,0524`; 0 for what cannot be read."""
    try:
        over, _slash, under = (written or "0").replace(",", ".").replace(" ", "").partition("/")
        found = Decimal(over) / Decimal(under or 1)
    except (InvalidOperation, ZeroDivisionError):
        return Decimal(0)
    return round(found, 10) if found.is_finite() and 0 <= found <= 1 else Decimal(0)
