"""From a seed to a whole package: one manager's estate, people and books up to a given day."""

from collections import defaultdict
from datetime import date
from operator import itemgetter
from random import Random

from app.demo import estate, habits, metering, months, people, prices
from app.demo.chronicle import Chronicle, Window
from app.demo.package import Package, Row
from app.demo.profiles import Profile


def generate(profile: Profile, *, seed: int, units: int, months_back: int, as_of: date) -> Package:
    """The package of one manager: `units` units, books of the last `months_back` months to `as_of`.

    The same arguments give the same package on every machine. ValueError for fewer than
    `people.LEAST_UNITS` units, fewer than one month, or a day so early that no rate of interest is
    known.
    """
    if units < people.LEAST_UNITS or months_back < 1:
        raise ValueError(f"at least {people.LEAST_UNITS} units and one month are needed")
    last = months.month_of(as_of)
    first = last - months_back + 1
    metered = months.month(months.year_of(first) - 1, 1)
    homes = estate.build(profile, _dice(seed, "estate"), units, 1000 + seed % 9000)
    population = people.settle(homes, _dice(seed, "people"), as_of)
    tariff = prices.set_prices(profile, _dice(seed, "prices"), months.year_of(metered), as_of)
    season = metering.Season(metered, first, last, as_of, tariff, metering.media_of(profile.accounts))
    window = Window(first, last, as_of, profile.due_day, profile.accounts)

    together = _paid_together(population.holders, homes.units)
    measured, charges, ledger, allowances = metering.Metering(), list[Row](), list[Row](), list[Row]()
    meter_dice, habit_dice, book_dice = (_dice(seed, name) for name in ("meters", "habits", "books"))
    for unit, holder in zip(homes.units, population.holders, strict=True):
        purses = _purses(tariff, unit, metered, last)
        metering.measure(unit, meter_dice, season, purses, measured)
        charges.extend(tariff.charge_rows(unit, first, last))
        by_account = _by_account(purses, profile.accounts)
        habit = habits.habit(unit, habit_dice, months_back).within(by_account[first]["rent"])
        if habit.allowance:
            allowances.extend(_decisions(profile, unit, holder, habit.allowance, first, as_of))
        settled = measured.settled.get(unit.index, [])
        chronicle = Chronicle(window, unit, holder, habit, book_dice, by_account, settled, together.get(unit.index, ()))
        ledger.extend(chronicle.write().rows)
    sheets = {
        "buildings": homes.building_rows(),
        "units": homes.unit_rows(),
        "people": [person.row() for person in population.people],
        "occupancies": population.occupancies,
        "components": tariff.component_rows(),
        "charges": charges,
        "ledger": _numbered(ledger),
        "meters": measured.meters,
        "readings": measured.readings,
        "settlements": [each.row() for settled in measured.settled.values() for each in settled],
        "allowances": allowances,
    }
    return Package(profile.name, as_of, sheets)


def _dice(seed: int, purpose: str) -> Random:
    """Dice of their own for each purpose: more units of one kind do not change what the others roll."""
    return Random(f"{seed}:{purpose}")


def _purses(tariff: prices.Tariff, unit: estate.Unit, first: int, last: int) -> dict[int, dict[str, int]]:
    """The unit's charges of every month by purse; counted anew only where a price changes."""
    result: dict[int, dict[str, int]] = {}
    for month in range(first, last + 1):
        same = month > first and month not in tariff.changes
        result[month] = result[month - 1] if same else tariff.purses(unit, month)
    return result


def _by_account(purses: dict[int, dict[str, int]], accounts: dict[str, str]) -> dict[int, dict[str, int]]:
    made: dict[int, dict[str, int]] = {}
    result = {}
    for month, parts in purses.items():
        # Months of one price share one dictionary, so each is added up once.
        if id(parts) not in made:
            total: dict[str, int] = defaultdict(int)
            for pool, amount in parts.items():
                total[accounts[pool]] += amount
            made[id(parts)] = dict(total)
        result[month] = made[id(parts)]
    return result


def _paid_together(holders: list[people.Person], units: list[estate.Unit]) -> dict[int, tuple[str, ...]]:
    """Units of one holder that are paid by one transfer, by index; every other such holder does so."""
    owned: dict[str, list[estate.Unit]] = defaultdict(list)
    for unit, holder in zip(units, holders, strict=True):
        if not holder.company:
            owned[holder.code].append(unit)
    several = [own for own in owned.values() if 1 < len(own) < 4]
    return {unit.index: tuple(each.code for each in own) for own in several[1::2] for unit in own}


def _numbered(ledger: list[Row]) -> list[Row]:
    """Entries in the order of days, each with the next number of its year: `2026/000123`."""
    ledger.sort(key=itemgetter(3))
    rows: list[Row] = []
    year = number = 0
    for row in ledger:
        day = row[3]
        assert isinstance(day, date)
        number = number + 1 if day.year == year else 1
        year = day.year
        rows.append((f"{year}/{number:06d}", *row))
    return rows


def _decisions(
    profile: Profile, unit: estate.Unit, holder: people.Person, monthly: int, first: int, as_of: date
) -> list[Row]:
    """Decisions on a housing allowance: six months each, from the first month of the books on."""
    rows: list[Row] = []
    authority = f"Miejski Ośrodek Pomocy Społecznej – {profile.city}"
    for start in range(first, months.month_of(as_of) + 1, 6):
        since, until = months.day_in(start, 1), months.last_day(start + 5)
        number = f"DM.{since.year}.{unit.index + 1:05d}.{since.month:02d}"
        rows.append((number, unit.code, holder.code, authority, since, until, monthly))
    return rows
