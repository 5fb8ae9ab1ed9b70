"""Water and heat: meters, readings, and yearly settlements that follow from use and advances."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from app.demo import months
from app.demo.estate import Unit
from app.demo.package import Row
from app.demo.prices import Tariff, line

VALID_FOR = timedelta(days=5 * 365)  # legalizacja of a water meter
# Thousandths of a season's heat used in each calendar month.
SEASON = (190, 165, 130, 70, 10, 0, 0, 0, 5, 80, 140, 210)
LOCATIONS = {
    "cold_water": ("łazienka", "kuchnia", "pion łazienkowy"),
    "hot_water": ("łazienka",),
    "heat": ("przedpokój",),
}
PREFIX = {"cold_water": "ZW", "hot_water": "CW", "heat": "CO"}
READ_BY = "odczyt radiowy"
READ_BY_HAND = "odczyt inkasenta"


@dataclass(frozen=True, slots=True)
class Settled:
    """A settlement of one medium and one unit. `balance` is cost minus advances: positive is to be paid."""

    number: str
    unit: Unit
    medium: str
    first: int
    last: int
    consumption: int
    cost: int
    advances: int

    @property
    def balance(self) -> int:
        """Grosze still owed; negative when the advances were too high."""
        return self.cost - self.advances

    @property
    def booked_in(self) -> int:
        """The month in whose middle the settlement is booked: the second or third after its end."""
        return self.last + (3 if self.medium == "heat" else 2)

    def row(self) -> Row:
        """A row of the sheet `settlements`."""
        since, until = months.day_in(self.first, 1), months.last_day(self.last)
        return (
            self.number, self.unit.code, self.medium, since, until,
            self.consumption, self.cost, self.advances, self.balance,
        )  # fmt: skip


@dataclass
class Metering:
    """Rows of `meters` and `readings`, and the settlements by the index of the unit."""

    meters: list[Row] = field(default_factory=list)
    readings: list[Row] = field(default_factory=list)
    settled: dict[int, list[Settled]] = field(default_factory=dict)


@dataclass(frozen=True)
class Season:
    """The months that meters cover (`first` to `last`), the window of the books, today, and the prices."""

    first: int
    window: int
    last: int
    as_of: date
    tariff: Tariff
    media: tuple[str, ...]


def media_of(pools: dict[str, str]) -> tuple[str, ...]:
    """Media that a manager settles, from the purses it charges."""
    known = {"cold": "cold_water", "hot": "hot_water", "heat": "heat"}
    return tuple(medium for pool, medium in known.items() if pool in pools)


def oddity(index: int, medium: str) -> str:
    """What is odd about the meter of a unit: `missing`, `stuck`, `reversed`, `expired`, or nothing."""
    if medium == "hot_water" and index % 61 == 11:
        return "missing"
    if medium == "hot_water" and index % 41 == 5:
        return "stuck"
    if medium == "cold_water" and index % 53 == 7:
        return "reversed"
    return "expired" if medium != "heat" and index % 43 == 3 else ""


def measure(unit: Unit, rng: Random, season: Season, purses: dict[int, dict[str, int]], into: Metering) -> None:
    """Meters, readings and settlements of one unit. `purses` gives the charges of each month by purse."""
    thirst = rng.randint(80, 125) if unit.index else 140  # the first unit uses more water than it pays for
    for medium in season.media:
        used = _use(unit, rng, season, medium, thirst)
        _meter(unit, rng, season, medium, used, into)
        into.settled.setdefault(unit.index, []).extend(_settlements(unit, season, medium, used, purses))


def _use(unit: Unit, rng: Random, season: Season, medium: str, thirst: int) -> list[int]:
    """Thousandths of a cubic metre, or of a gigajoule, used in each month from the first."""
    span = range(season.first, season.last + 1)
    if medium == "heat":
        yearly = unit.heated * rng.randint(28, 42) // 10  # 0,28 to 0,42 GJ for a square metre
        return [yearly * SEASON[month % 12] * rng.randint(93, 107) // 100_000 for month in span]
    person = 1700 if medium == "cold_water" else 1100
    steady = unit.persons * person * thirst // 100
    return [steady * rng.randint(85, 115) // 100 for _ in span]


def _meter(unit: Unit, rng: Random, season: Season, medium: str, used: list[int], into: Metering) -> None:
    remote = unit.building.code == "01"
    value = rng.randint(4_000, 190_000)
    odd = oddity(unit.index, medium)
    serial = f"{PREFIX[medium]}{rng.randint(10, 99)}{unit.index:06d}"
    installed = months.day_in(season.first, 1) - timedelta(days=rng.randint(30, 900))
    if odd == "expired":
        installed = date(season.as_of.year - 6, 9, 1 + unit.index % 28)
    location = rng.choice(LOCATIONS[medium])
    if odd == "missing":  # charged by the head, as long as there is no meter
        return
    exchanged = season.window + 5 if unit.index % 37 == 9 and medium == "cold_water" else None
    for at, amount in enumerate(used):
        month = season.first + at
        day = months.last_day(month)
        value += 0 if odd == "stuck" and month > season.last - 5 else amount
        if day > season.as_of:
            break
        if odd == "reversed" and month == season.last - 3:  # mounted the wrong way round after a repair
            value = max(value - 9 * amount, 0)
        by_hand = month % 12 in (5, 11)
        if by_hand or month == exchanged or (remote and month >= season.window):
            into.readings.append((serial, day, value, READ_BY if remote else READ_BY_HAND))
        if month == exchanged:
            into.meters.append((serial, unit.code, medium, location, installed, installed + VALID_FOR, day))
            serial, installed, value = serial + "N", day, 0
            into.readings.append((serial, day, value, "montaż"))
    into.meters.append((serial, unit.code, medium, location, installed, installed + VALID_FOR, None))


def _settlements(
    unit: Unit, season: Season, medium: str, used: list[int], purses: dict[int, dict[str, int]]
) -> list[Settled]:
    """Every twelve months that were settled inside the window: heat from July, water from January."""
    result = []
    starts_in = 6 if medium == "heat" else 0
    for first in range(season.first, season.last - 10):
        if first % 12 != starts_in:
            continue
        consumption = sum(used[first - season.first : first - season.first + 12])
        pool = {"cold_water": "cold", "hot_water": "hot", "heat": "heat"}[medium]
        advances = sum(purses[month].get(pool, 0) for month in range(first, first + 12))
        cost = _cost(unit, season.tariff, medium, consumption, first + 11)
        year = months.year_of(first + 11)
        number = f"R{PREFIX[medium]}/{year}/{unit.index + 1:05d}"
        settled = Settled(number, unit, medium, first, first + 11, consumption, cost, advances)
        if season.window <= settled.booked_in and months.day_in(settled.booked_in, 20) <= season.as_of:
            result.append(settled)
    return result


def _cost(unit: Unit, tariff: Tariff, medium: str, consumption: int, month: int) -> int:
    if medium == "cold_water":
        return line(consumption, tariff.price("ZWK", month))
    if medium == "hot_water":
        return line(consumption, tariff.price("WCW", month)) + line(consumption, tariff.price("POW", month))
    advance = tariff.price("ZCO", month)
    # A third of the heat bill is fixed and goes by area; the rest by heat, at a price near the advances.
    fixed = line(unit.heated * 10, advance * 4)
    return fixed + line(consumption, advance * 8 * 100 // 35)
