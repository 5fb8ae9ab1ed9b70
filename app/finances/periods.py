"""Which days of the entries somebody asks for, without a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

ALL = "all"


@dataclass(frozen=True, slots=True)
class Period:
    """Both days inclusive, None is open. `year` and `month` are what was chosen: `year` is None for all years and for
    days of one's own, which are `own`."""

    first: date | None
    last: date | None
    year: int | None = None
    month: int | None = None
    own: bool = False

    @property
    def query(self) -> dict[str, str]:
        """The period as an address says it."""
        if self.own:
            days = {"from": self.first, "to": self.last}
            return {name: day.isoformat() for name, day in days.items() if day}
        chosen = {"year": str(self.year or ALL)}
        return chosen | ({"month": str(self.month)} if self.month else {})


def period(asked: Mapping[str, str], years: Sequence[int], today: date) -> Period:
    """The period that an address asks for: `from` and `to`, or `year` (one of these years, `all`) and `month`.

    What cannot be read counts as not asked. Without a year it is the newest that has entries.
    """
    first, last = _day(asked.get("from")), _day(asked.get("to"))
    if first or last:
        if first and last and first > last:
            first, last = last, first
        return Period(first, last, own=True)
    wanted = asked.get("year", "")
    if wanted == ALL:
        return Period(None, None)
    year = int(wanted) if wanted in map(str, years) else (years[0] if years else today.year)
    number = asked.get("month", "")
    if number in map(str, range(1, 13)):
        return Period(date(year, int(number), 1), _end(year, int(number)), year, int(number))
    return Period(date(year, 1, 1), date(year, 12, 31), year)


def _end(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text and len(text) == 10 else None
    except ValueError:
        return None
