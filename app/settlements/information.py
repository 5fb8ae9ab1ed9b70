"""What energy law has a building's residents told for nothing: once a year of heat (Prawo energetyczne, art. 45c), and
each month of what was used where meters are read from afar."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.meters import usage
from app.meters.queries import register
from app.meters.rules import MEDIA_ORDER, SETTLED, SIGNS
from app.meters.usage import Place
from app.settlements import queries, rules
from app.settlements.placing import FEWEST
from app.settlements.queries.mine import Whole

THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class HeatYear:
    """The heat of a unit and its buildings in a year; amounts in grosze. `hot` is the run of hot water of the same
    year; the middle of the neighbours and their average are told from `FEWEST` of them on."""

    year: int
    heat: Whole
    hot: Whole | None
    for_heating: int
    for_water: int
    fixed: int
    variable: int
    bought: Decimal | None
    a_metre: Decimal | None
    average: Decimal | None
    neighbours: int
    before: Decimal | None
    years: tuple[int, ...]

    @property
    def own_fixed(self) -> int:
        return self.heat.unit.fixed

    @property
    def own_variable(self) -> int:
        return self.heat.unit.variable


@dataclass(frozen=True, slots=True)
class MonthUse:
    """A medium in the newest month that was read whole; None where a figure is not known."""

    medium: str
    month: date
    use: Decimal
    year_before: Decimal | None
    median: Decimal | None
    units: int

    @property
    def label(self) -> str:
        return str(SETTLED.get(self.medium, self.medium))

    @property
    def sign(self) -> str:
        return SIGNS.get(self.medium, "")


def heat_year(actor: Actor, unit: HeldUnit, year: int | None) -> HeatYear:
    """The annual information of a unit for the year in which a published run of heat ended, the newest without one.

    Raises `NotThere` where there is none.
    """
    found = [one for one in queries.listed(actor, unit) if one.settlement and one.counts]
    heats = {one.to_on.year: one for one in reversed(found) if one.medium == rules.HEAT}
    if not heats or (year is not None and year not in heats):
        raise NotThere("")
    chosen = heats[year if year is not None else max(heats)]
    whole = queries.whole(actor, unit, str(chosen.settlement))
    hots = [
        one for one in found if one.medium == rules.HOT and one.to_on.year in (chosen.to_on.year, chosen.from_on.year)
    ]
    hot = queries.whole(actor, unit, str(hots[0].settlement)) if hots else None
    run, own = whole.run, whole.unit
    fixed = sum(pot["grosze"] for pot in run.pots if pot["kind"] in (rules.FIXED, rules.OTHER))
    others = [cost for _use, _area, cost in queries.neighbours(actor, own.public_id)]
    areas = [area for _use, area, _cost in queries.neighbours(actor, own.public_id)]
    enough = len(others) >= FEWEST
    before = whole.before
    return HeatYear(
        chosen.to_on.year,
        whole,
        hot,
        int(run.totals["cost"]),
        sum(pot["grosze"] for pot in hot.run.pots if pot["part"] == rules.HEAT_PART) if hot else 0,
        fixed,
        int(run.totals["cost"]) - fixed,
        run.how.main_use if run.how.use_in == rules.GJ else None,
        (own.counted / own.area).quantize(THOUSANDTH) if own.area else None,
        Decimal(sum(others) + own.cost) / (sum(areas) + own.area) / 100 if enough else None,
        len(others),
        Decimal(before.cost) if before else None,
        tuple(sorted(heats, reverse=True)),
    )


def months(actor: Actor, unit: HeldUnit, today: date) -> list[MonthUse]:
    """Each medium of a unit in the newest month that its meters cover whole."""
    places = register.places(actor, unit, today)
    medians = register.medians(actor, unit, date(today.year - 2, 1, 1))
    found = []
    for medium in sorted({place.medium for place in places}, key=MEDIA_ORDER.index):
        mine = [place for place in places if place.medium == medium and place.steps]
        used = usage.summed([usage.by_month(place.steps) for place in mine]) if mine else {}
        whole = [month for month in used if month < today.replace(day=1) and _whole(mine, month)]
        if not whole:
            continue
        month = max(whole)
        then = month.replace(year=month.year - 1)
        middle = medians.get(medium, {}).get(month)
        found.append(
            MonthUse(
                medium, month, used[month].quantize(THOUSANDTH),
                used[then].quantize(THOUSANDTH) if then in used and _whole(mine, then) else None,
                middle.use if middle else None, middle.units if middle else 0,
            )
        )  # fmt: skip
    return found


def _whole(places: Sequence[Place], month: date) -> bool:
    days = monthrange(month.year, month.month)[1]
    reached = [usage.covered(place.steps).get(month, 0) >= days for place in places if not place.now.removed_on]
    return bool(reached) and all(reached)
