"""Housing allowances (dodatki mieszkaniowe), without a database: months of a decision, and what was credited of them.

Amounts in grosze; both days of a decision inclusive.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

MOST_MONTHS = 60  # a decision is for half a year; one of the books that never ends is shown by its beginning
REMINDER_DAYS = 30


@dataclass(frozen=True, slots=True)
class Credit:
    """A credit of an allowance on the unit's account; `month` is the first day of the month that it is for."""

    booked_on: date
    month: date
    amount: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a decision: what was granted, and what the books have credited of it, on which days."""

    first: date
    granted: int
    credited: int
    days: tuple[date, ...]

    @property
    def is_whole(self) -> bool:
        return self.credited >= self.granted

    def is_late(self, today: date) -> bool:
        """Whether nothing has come of a month that is over."""
        return not self.credited and next_month(self.first) <= today


def first_of(day: date) -> date:
    return day.replace(day=1)


def next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def months(from_on: date, to_on: date) -> Iterator[date]:
    """First days of the months that a decision covers, even in part."""
    month, last = first_of(from_on), first_of(to_on)
    while month <= last:
        yield month
        if month == date(9999, 12, 1):
            return
        month = next_month(month)


def matched(from_on: date, to_on: date, monthly: int, credits: Sequence[Credit]) -> list[Month]:
    """The months of a decision with the credits that are for them; a credit outside of it is left alone."""
    found = []
    for month in islice(months(from_on, to_on), MOST_MONTHS):
        of_month = [credit for credit in credits if credit.month == month]
        total = sum(credit.amount for credit in of_month)
        found.append(Month(month, monthly, total, tuple(credit.booked_on for credit in of_month)))
    return found


def is_ending(to_on: date, today: date) -> bool:
    """Whether it is time to remind of the end."""
    return 0 <= (to_on - today).days <= REMINDER_DAYS
