"""Prices by date, what each unit is charged by them, and the rows of `components` and `charges`."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from app.demo import months
from app.demo.estate import Unit
from app.demo.package import Row
from app.demo.profiles import Component, Profile

NON_MEMBER_PERCENT = 112  # what those outside the cooperative pay for upkeep, of the members' price


def line(quantity: int, price: int) -> int:
    """Grosze for `quantity` thousandths at `price` grosze, half up. Lines are rounded, then added."""
    return (quantity * price + 500) // 1000


@dataclass(frozen=True)
class Version:
    """One price of a component in grosze, from a month (counted as in `months`) until the next version."""

    since: int
    price: int


@dataclass(frozen=True)
class Tariff:
    """All price versions of one manager: the component and its versions, oldest first."""

    prices: tuple[tuple[Component, tuple[Version, ...]], ...]
    changes: tuple[int, ...]

    def component_rows(self) -> list[Row]:
        """Rows of the sheet `components`."""
        return [(each.code, each.name, each.basis, each.kind) for each, _ in self.prices]

    def price(self, code: str, month: int) -> int:
        """The price of a component in a month, in grosze; KeyError when it is not charged here."""
        for component, versions in self.prices:
            if component.code == code:
                return _version(versions, month).price
        raise KeyError(code)

    def purses(self, unit: Unit, month: int) -> dict[str, int]:
        """What the unit is charged in a month, in grosze by purse (`Component.pool`)."""
        result: dict[str, int] = {}
        for component, versions in self.prices:
            quantity = quantity_of(component, unit)
            if quantity:
                price = price_for(component, unit, _version(versions, month).price)
                result[component.pool] = result.get(component.pool, 0) + line(quantity, price)
        return result

    def charge_rows(self, unit: Unit, first: int, last: int) -> list[Row]:
        """Rows of the sheet `charges` of one unit for every price that held between two months."""
        rows: list[Row] = []
        for component, versions in self.prices:
            quantity = quantity_of(component, unit)
            if not quantity:
                continue
            ends = [*(each.since for each in versions[1:]), None]
            for version, end in zip(versions, ends, strict=True):
                if version.since > last or (end is not None and end <= first):
                    continue
                price = price_for(component, unit, version.price)
                since = months.day_in(version.since, 1)
                until = None if end is None else months.day_in(end, 1) - timedelta(days=1)
                note = _note(component, unit)
                rows.append((unit.code, component.code, since, until, quantity, price, line(quantity, price), note))
        return rows


def set_prices(profile: Profile, rng: Random, first_year: int, as_of: date) -> Tariff:
    """Prices from `first_year` on: drawn from the ranges for today, lower by 2 to 6 % for each year back."""
    made: dict[str, tuple[Version, ...]] = {}
    for component in profile.components:
        versions = made.get(component.same_price_as or "")
        made[component.code] = versions or _versions(component, rng, first_year, as_of)
    changes = {version.since for versions in made.values() for version in versions}
    prices = tuple((component, made[component.code]) for component in profile.components)
    return Tariff(prices, tuple(sorted(changes)))


def _versions(component: Component, rng: Random, first_year: int, as_of: date) -> tuple[Version, ...]:
    price = rng.randint(component.low, component.high)
    newest_first: list[Version] = []
    for year in range(as_of.year, first_year - 1, -1):
        since = months.month(year, component.since_month)
        if since <= months.month_of(as_of):
            newest_first.append(Version(since, price))
        price = price * rng.randint(940, 980) // 1000
    newest_first.append(Version(months.month(first_year - 1, component.since_month), price))
    return tuple(reversed(newest_first))


def quantity_of(component: Component, unit: Unit) -> int:
    """How much of a component a unit has, in thousandths; 0 when it is not charged."""
    if component.code == "POD" and not unit.pays_tax:
        return 0
    match component.measure:
        case "area":
            return (unit.heated if component.pool == "heat" else unit.area) * 10
        case "persons":
            return unit.persons * 1000
        case "meters":
            return 2000
        case "cold":
            return unit.persons * 2000 + 500
        case "hot":
            return unit.persons * 1000 + 500
        case "lift":
            return unit.persons * 1000 if unit.building.has_lift and unit.floor else 0
    return 1000


def price_for(component: Component, unit: Unit, price: int) -> int:
    """The price that this unit pays: those who are not members pay more for the upkeep of a cooperative."""
    return (price * NON_MEMBER_PERCENT + 50) // 100 if _pays_more(component, unit) else price


def _pays_more(component: Component, unit: Unit) -> bool:
    return component.code == "EKS" and not unit.member


def _note(component: Component, unit: Unit) -> str | None:
    return "stawka dla osób niebędących członkami spółdzielni" if _pays_more(component, unit) else None


def _version(versions: tuple[Version, ...], month: int) -> Version:
    at = bisect_right(versions, month, key=lambda each: each.since)
    return versions[max(at - 1, 0)]
