"""Days off in Poland, and terms that are counted in working days."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

_FIXED = ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26))
_CHRISTMAS_EVE_SINCE = 2025
_AFTER_EASTER = (0, 1, 49, 60)  # Easter and the day after it, Pentecost, Corpus Christi
SATURDAY = 5


def is_working(day: date) -> bool:
    """Whether offices work: no Saturday, Sunday or statutory day off."""
    return day.weekday() < SATURDAY and day not in days_off(day.year)


def working_day_after(start: date, days: int) -> date:
    """The working day that comes `days` working days after `start`; for 0 the first that is not before it."""
    day = start
    while not is_working(day):
        day += timedelta(days=1)
    for _day in range(days):
        day += timedelta(days=1)
        while not is_working(day):
            day += timedelta(days=1)
    return day


@lru_cache(maxsize=200)
def days_off(year: int) -> frozenset[date]:
    """Statutory days off besides Sundays (Act of 18 January 1951; Christmas Eve since 2025)."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    if year >= _CHRISTMAS_EVE_SINCE:
        fixed.add(date(year, 12, 24))
    sunday = easter(year)
    return frozenset(fixed | {sunday + timedelta(days=later) for later in _AFTER_EASTER})


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar (the Meeus–Jones–Butcher algorithm)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    leap, over = divmod(century, 4)
    moved = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - moved + 15) % 30
    fours, odd = divmod(rest, 4)
    weekday = (32 + 2 * over + 2 * fours - epact - odd) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)
