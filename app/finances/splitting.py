"""The difference between two months of charges, split into what made it: exactly, to the grosz, without a database.

Every step is a whole number of grosze, and the steps go one after another, so nothing is left to share out:
first the quantity changes at the old price, then the price at the new quantity, then what the books charge beside
quantity × price. Whoever has both months on paper can do the same with a pocket calculator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal


@dataclass(frozen=True, slots=True)
class Rate:
    """What a unit is charged a month for one component: `quantity` of `basis`, `price` in złoty, `amount` in grosze.

    It holds from `from_on`, and up to `to_on` inclusive if that is set.
    """

    component: str
    name: str
    basis: str
    quantity: Decimal
    price: Decimal
    amount: int
    from_on: date
    to_on: date | None = None
    note: str | None = None

    def holds_in(self, month: date) -> bool:
        """Whether it holds on any day of the month that begins with the day `month`."""
        return self.from_on <= last_day(month) and (self.to_on is None or self.to_on >= month)


@dataclass(frozen=True, slots=True)
class Causes:
    """A difference in grosze by what made it; `rest` is correction and rounding beside quantity × price."""

    quantity: int = 0
    price: int = 0
    new: int = 0
    ended: int = 0
    rest: int = 0

    @property
    def total(self) -> int:
        return self.quantity + self.price + self.new + self.ended + self.rest

    def __add__(self, other: Causes) -> Causes:
        return Causes(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Causes)))


@dataclass(frozen=True, slots=True)
class Difference:
    """One component in both months, in at least one of which it is charged, and the causes of the difference."""

    before: Rate | None
    after: Rate | None
    causes: Causes

    @property
    def rate(self) -> Rate:
        """The newer of the two, for the name and basis."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def was(self) -> int:
        return self.before.amount if self.before else 0

    @property
    def now(self) -> int:
        return self.after.amount if self.after else 0

    @property
    def notes(self) -> list[str]:
        """What the manager wrote beside the charges, each sentence once."""
        said = [rate.note for rate in (self.before, self.after) if rate and rate.note]
        return list(dict.fromkeys(said))


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two months: every component of either, sums in grosze, and the difference by cause."""

    lines: list[Difference]
    was: int
    now: int
    causes: Causes


def last_day(month: date) -> date:
    """The last day of the month that begins with `month`."""
    return following(month) - timedelta(days=1)


def following(month: date) -> date:
    """The first day of the month after; of December 9999, whose next no calendar has, that month itself."""
    if month >= date(9999, 12, 1):
        return date(9999, 12, 1)
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def preceding(month: date) -> date:
    """The first day of the month before; January of year 1 has none and stays."""
    return (month - timedelta(days=1)).replace(day=1) if month > date(1, 1, 1) else month


def held_in(rates: Iterable[Rate], month: date) -> dict[str, Rate]:
    """What is charged in the month that begins with `month`, by component.

    Where one rate follows another within the month, or overlaps it, the later one counts: the sheet knows no parts
    of a month.
    """
    found: dict[str, Rate] = {}
    for rate in sorted(rates, key=lambda each: each.from_on):
        if rate.holds_in(month):
            found[rate.component] = rate
    return found


def split(before: Rate | None, after: Rate | None) -> Causes:
    """Why the amount of one component differs; the causes sum exactly to the difference."""
    if before is None or after is None:
        return Causes(new=after.amount if after else 0, ended=-before.amount if before else 0)
    at_first = _grosze(before.quantity, before.price)
    with_new_quantity = _grosze(after.quantity, before.price)
    at_last = _grosze(after.quantity, after.price)
    quantity, price = with_new_quantity - at_first, at_last - with_new_quantity
    return Causes(quantity=quantity, price=price, rest=after.amount - before.amount - quantity - price)


def compare(before: Mapping[str, Rate], after: Mapping[str, Rate]) -> Comparison:
    """Two months as `held_in` gives them; the largest differences first, then by name."""
    lines = []
    for component in {**before, **after}:
        first, second = before.get(component), after.get(component)
        lines.append(Difference(first, second, split(first, second)))
    lines.sort(key=lambda line: (-abs(line.now - line.was), line.rate.name, line.rate.component))
    causes = sum((line.causes for line in lines), Causes())
    return Comparison(lines, sum(line.was for line in lines), sum(line.now for line in lines), causes)


def turning_months(rates: Iterable[Rate], first: date, last: date) -> list[date]:
    """Months from `first` to `last` whose charges are not those of the month before, newest first."""
    known = list(rates)
    starts = {rate.from_on.replace(day=1) for rate in known}
    ends = {following(rate.to_on.replace(day=1)) for rate in known if rate.to_on is not None}
    candidates = sorted((month for month in starts | ends if first < month <= last), reverse=True)
    return [month for month in candidates if _figures(known, month) != _figures(known, preceding(month))]


def _figures(rates: list[Rate], month: date) -> dict[str, tuple[Decimal, Decimal, int]]:
    return {code: (rate.quantity, rate.price, rate.amount) for code, rate in held_in(rates, month).items()}


def _grosze(quantity: Decimal, price: Decimal) -> int:
    """quantity × price in whole grosze, half away from zero as on a bill."""
    return int((quantity * price * 100).to_integral_value(ROUND_HALF_UP))
