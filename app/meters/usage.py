"""What was used, reckoned from readings: over replaced meters, over rolled counters, by month. Pure functions.

Quantities are `Decimal` with three decimals, in m³, GJ or kWh. A reading is what a meter showed at the end of its day,
so the days of a step begin the day after its first reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

THOUSANDTHS = Decimal("0.001")
#: Counters have four whole digits or more; what rolls over stands near their top and has used little since.
FEWEST_DIGITS = 5
#: A new meter continues the one that was taken down at the same place at most so many days before.
GAP_DAYS = 45
STUCK_STEPS, STUCK_DAYS = 2, 28
#: Months in which radiators are cold anyway.
WARM = frozenset({5, 6, 7, 8, 9})


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading; `origin` is `books` or how it was told, `state` as of `ReportedReading`.

    `told` is what was told for the same meter and day where the books say something else.
    """

    day: date
    value: Decimal
    source: str | None = None
    origin: str = "books"
    state: str = "accepted"
    told: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """From one reading of a meter to its next. `use` is None where the meter showed less than before."""

    first: Reading
    last: Reading
    use: Decimal | None
    rolled: bool = False

    @property
    def days(self) -> int:
        return (self.last.day - self.first.day).days

    @property
    def a_day(self) -> Decimal | None:
        """Use of a day; None where there is no use or no day."""
        return None if self.use is None or not self.days else self.use / self.days


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter with its readings, oldest first; those `waiting` for a word of staff count for nothing yet."""

    serial: str
    medium: str
    location: str | None = None
    installed_on: date | None = None
    verified_until: date | None = None
    removed_on: date | None = None
    readings: tuple[Reading, ...] = ()
    waiting: tuple[Reading, ...] = ()

    @property
    def steps(self) -> list[Step]:
        return [step(first, last) for first, last in pairwise(self.readings)]

    @property
    def stuck_since(self) -> date | None:
        """Since when it has shown the same, over two steps or more and four weeks of use; None for one that moves."""
        since, days, steps = None, 0, 0
        for one in reversed(self.steps):
            if one.use != 0 or one.rolled:
                break
            since, steps = one.first.day, steps + 1
            days += one.days if self.medium != "heat" else _cold_days(one)
        return since if steps >= STUCK_STEPS and days >= STUCK_DAYS else None


@dataclass(frozen=True, slots=True)
class Place:
    """The meters that followed each other at one place, oldest first; the last is the one that counts now."""

    medium: str
    location: str | None
    meters: tuple[Meter, ...]

    @property
    def now(self) -> Meter:
        return self.meters[-1]

    @property
    def steps(self) -> list[Step]:
        """Of all its meters, oldest first: a replaced one up to its end, its successor from its start."""
        return [one for meter in self.meters for one in meter.steps]

    @property
    def total(self) -> Decimal:
        """All that was used here as far as readings tell."""
        return sum((one.use for one in self.steps if one.use is not None), Decimal(0))


@dataclass(slots=True)
class _Chain:
    meters: list[Meter] = field(default_factory=list)

    def takes(self, meter: Meter) -> bool:
        last = self.meters[-1]
        if (last.medium, last.location) != (meter.medium, meter.location) or last.removed_on is None:
            return False
        begins = meter.installed_on or (meter.readings[0].day if meter.readings else None)
        return begins is not None and timedelta(0) <= begins - last.removed_on <= timedelta(days=GAP_DAYS)


def step(first: Reading, last: Reading) -> Step:
    """What was used between two readings of one meter."""
    if last.value >= first.value:
        return Step(first, last, last.value - first.value)
    over = rolled(first.value, last.value)
    return Step(first, last, over, rolled=over is not None)


def rolled(before: Decimal, after: Decimal) -> Decimal | None:
    """The use if the counter went over its top between two values (99999,999 → 00000,010); None if it did not.

    The top is the next power of ten above `before`; a counter that stood within a hundredth of it and went on by no
    more than that has rolled, anything else has not.
    """
    digits = len(str(int(before)))
    if after >= before or digits < FEWEST_DIGITS:
        return None
    top = Decimal(10) ** digits
    use = top - before + after
    return use if use <= top / 100 else None


def places(meters: Iterable[Meter]) -> list[Place]:
    """The meters by place, each successor behind the one that it replaced."""
    chains: list[_Chain] = []
    for meter in sorted(meters, key=lambda one: (_begins(one), one.serial)):
        chain = next((one for one in chains if one.takes(meter)), None)
        if chain is None:
            chains.append(_Chain([meter]))
        else:
            chain.meters.append(meter)
    return [Place(chain.meters[-1].medium, chain.meters[-1].location, tuple(chain.meters)) for chain in chains]


def by_month(steps: Iterable[Step]) -> dict[date, Decimal]:
    """Use by month (its first day), each step's spread evenly over its days; the months add up to the steps exactly."""
    found: dict[date, Decimal] = {}
    for one in steps:
        if one.use is None:
            continue
        for month, share in spread(one.first.day, one.last.day, one.use).items():
            found[month] = found.get(month, Decimal(0)) + share
    return found


def spread(first: date, last: date, use: Decimal) -> dict[date, Decimal]:
    """The months of the days after `first` up to `last`, and their shares of `use` in whole thousandths."""
    if last <= first:
        return {last.replace(day=1): use} if use else {}
    thousandths, days = int((use / THOUSANDTHS).to_integral_value()), (last - first).days
    found: dict[date, Decimal] = {}
    given, month = 0, (first + timedelta(days=1)).replace(day=1)
    while month <= last:
        following = next_month(month)
        upto = thousandths * (min(following - timedelta(days=1), last) - first).days // days
        found[month] = (upto - given) * THOUSANDTHS
        given, month = upto, following
    return found


def covered(steps: Iterable[Step]) -> dict[date, int]:
    """How many days of each month the steps with a use cover."""
    found: dict[date, int] = {}
    for one in steps:
        if one.use is None or not one.days:
            continue
        month = (one.first.day + timedelta(days=1)).replace(day=1)
        while month <= one.last.day:
            following = next_month(month)
            begins = max(month - timedelta(days=1), one.first.day)
            found[month] = found.get(month, 0) + (min(following - timedelta(days=1), one.last.day) - begins).days
            month = following
    return found


def summed(many: Sequence[dict[date, Decimal]]) -> dict[date, Decimal]:
    """Months of several places added up."""
    found: dict[date, Decimal] = {}
    for months in many:
        for month, use in months.items():
            found[month] = found.get(month, Decimal(0)) + use
    return found


def usual_a_day(steps: Sequence[Step], until: date) -> Decimal | None:
    """What was used a day over about the last year before a day; None without at least two weeks of use."""
    recent = [one for one in steps if one.use is not None and one.last.day <= until]
    recent = [one for one in recent if (until - one.first.day).days <= 400] or recent[-1:]
    days = sum(one.days for one in recent)
    use = sum((one.use for one in recent if one.use is not None), Decimal(0))
    return use / days if days >= 14 else None


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def _begins(meter: Meter) -> date:
    return meter.installed_on or (meter.readings[0].day if meter.readings else date.min)


def _cold_days(one: Step) -> int:
    days = (one.first.day + timedelta(days=number) for number in range(1, min(one.days, 800) + 1))
    return sum(1 for day in days if day.month not in WARM)
