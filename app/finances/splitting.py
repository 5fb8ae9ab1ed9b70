"""The difference between two months of charges, split into what made it: exactly, to the grosz, without a database.

Every step is a whole number of grosze, and the steps go one after another, so nothing is left to share out:
first the quantity changes at the old price, then the price at the new quantity, then what the books charge beside
quantity × price. Whoever has both months on paper can do the same with a pocket calculator.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal

from app.finances.tariff import Line, product

MOST_MONTHS = 120


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

    before: Line | None
    after: Line | None
    causes: Causes

    @property
    def line(self) -> Line:
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
        said = [line.note for line in (self.before, self.after) if line and line.note]
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
    return month.replace(day=monthrange(month.year, month.month)[1])


def following(month: date) -> date:
    """The first day of the month after; of December 9999, whose next no calendar has, that month itself."""
    if month >= date(9999, 12, 1):
        return date(9999, 12, 1)
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def preceding(month: date) -> date:
    """The first day of the month before; January of year 1 has none and stays."""
    return (month - timedelta(days=1)).replace(day=1) if month > date(1, 1, 1) else month


def held_in(lines: Iterable[Line], month: date) -> dict[str, Line]:
    """What is charged in the month that begins with `month`, by component.

    Where one charge follows another within the month, or overlaps it, the later one counts: the sheet knows no parts
    of a month.
    """
    found: dict[str, Line] = {}
    for line in sorted(lines, key=lambda each: each.from_on):
        if line.from_on <= last_day(month) and (line.to_on is None or line.to_on >= month):
            found[line.code] = line
    return found


def split(before: Line | None, after: Line | None) -> Causes:
    """Why the amount of one component differs; the causes sum exactly to the difference."""
    if before is None or after is None:
        return Causes(new=after.amount if after else 0, ended=-before.amount if before else 0)
    at_first = product(before.quantity, before.price)
    with_new_quantity = product(after.quantity, before.price)
    at_last = product(after.quantity, after.price)
    quantity, price = with_new_quantity - at_first, at_last - with_new_quantity
    return Causes(quantity=quantity, price=price, rest=after.amount - before.amount - quantity - price)


def compare(before: Mapping[str, Line], after: Mapping[str, Line]) -> Comparison:
    """Two months as `held_in` gives them; the largest differences first, then by name."""
    found = []
    for code in {**before, **after}:
        first, second = before.get(code), after.get(code)
        found.append(Difference(first, second, split(first, second)))
    found.sort(key=lambda each: (-abs(each.now - each.was), each.line.name, each.line.code))
    causes = sum((each.causes for each in found), Causes())
    return Comparison(found, sum(each.was for each in found), sum(each.now for each in found), causes)


def turning_months(lines: Iterable[Line], first: date, last: date) -> list[date]:
    """Months from `first` to `last` whose charges are not those of the month before, newest first."""
    known = list(lines)
    starts = {line.from_on.replace(day=1) for line in known}
    ends = {following(line.to_on.replace(day=1)) for line in known if line.to_on is not None}
    candidates = sorted((month for month in starts | ends if first < month <= last), reverse=True)
    return [month for month in candidates if _figures(known, month) != _figures(known, preceding(month))]


def months(lines: Iterable[Line], since: date | None, until: date) -> list[date]:
    """The months that can be compared, newest first, at most `MOST_MONTHS`: from the first charge, or since a day,
    to `until` or the last month of which the books say something new."""
    known = list(lines)
    if not known:
        return []
    first = max(min(line.from_on for line in known), since or date.min).replace(day=1)
    furthest = until.replace(year=until.year + 2)
    last = max([until, *(begins for line in known if (begins := line.from_on.replace(day=1)) <= furthest)])
    found: list[date] = []
    month = last
    while month >= first and len(found) < MOST_MONTHS:
        found.append(month)
        month = preceding(month)
        if month == found[-1]:
            break
    return found


def _figures(lines: list[Line], month: date) -> dict[str, tuple[Decimal, Decimal, int]]:
    return {code: (line.quantity, line.price, line.amount) for code, line in held_in(lines, month).items()}
