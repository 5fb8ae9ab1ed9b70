"""Weeks of a series: they begin on Monday and are numbered as ISO 8601 has it, so some years have 53."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

DAYS = {
    1: _l("poniedziałek"),
    2: _l("wtorek"),
    3: _l("środa"),
    4: _l("czwartek"),
    5: _l("piątek"),
    6: _l("sobota"),
    7: _l("niedziela"),
}
EVERY: dict[int, Any] = {1: _l("co tydzień"), 2: _l("co dwa tygodnie"), 4: _l("co cztery tygodnie")}
#: No page lists more weeks of a series.
MOST_WEEKS = 520
_EARLIEST, _LATEST = date(2000, 1, 3), date(2199, 12, 30)


def monday(day: date) -> date:
    """The Monday of the week of a day."""
    return day - timedelta(days=day.weekday())


def label(week_on: date) -> str:
    """`tydzień 53/2026`; the year is that of the week, not that of its Monday."""
    year, number, _day = week_on.isocalendar()
    return _("tydzień %(number)d/%(year)d", number=number, year=year)


def span(week_on: date) -> str:
    """From when to when: `28.12.2026 – 3.01.2027`."""
    last = week_on + timedelta(days=6)
    first = f"{week_on.day}.{week_on:%m}" + (f".{week_on.year}" if week_on.year != last.year else "")
    return f"{first} – {last.day}.{last:%m}.{last.year}"


def week_of(typed: str | None) -> date | None:
    """The Monday of the week of a day written as 2026-11-16, None for what is no day of our times."""
    try:
        day = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return monday(day) if _EARLIEST <= day <= _LATEST else None


def expected(starts_on: date, ends_on: date | None, every: int, last: date) -> list[date]:
    """The Mondays of the weeks in which something is due until the week of `last`, oldest first."""
    week, end = monday(starts_on), monday(min(last, ends_on) if ends_on else last)
    count = max(0, (end - week).days // (7 * every) + 1)
    return [week + timedelta(weeks=every * number) for number in range(max(0, count - MOST_WEEKS), count)]


def deadline(week_on: date, weekday: int) -> date:
    """The last day on which what is due in a week is in time."""
    return week_on + timedelta(days=weekday - 1)
