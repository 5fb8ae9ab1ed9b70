"""What stands in a calendar, and how a month is laid out: pure functions. Amounts in grosze, days without times."""

from __future__ import annotations

from calendar import Calendar, monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.core.language import lazy_gettext as _l

LABELS = {
    "due": _l("Termin opłaty"),
    "expected": _l("Przewidywany termin opłaty"),
    "payment": _l("Wpłata"),
    "settlement": _l("Rozliczenie"),
    "period": _l("Koniec okresu rozliczenia"),
    "rates": _l("Zmiana opłat"),
    "allowance": _l("Koniec dodatku mieszkaniowego"),
    "meter": _l("Koniec legalizacji licznika"),
    "readings_from": _l("Początek przyjmowania odczytów"),
    "readings_to": _l("Ostatni dzień na podanie stanu liczników"),
}
# in the narrow cells of a month
SHORT = {
    "due": _l("Do zapłaty"),
    "expected": _l("Do zapłaty (przewidywane)"),
    "period": _l("Koniec okresu"),
    "allowance": _l("Koniec dodatku"),
    "meter": _l("Koniec legalizacji"),
    "readings_from": _l("Odczyty: początek"),
    "readings_to": _l("Odczyty: koniec"),
}
FIRST_YEAR, LAST_YEAR = 1990, 2100
EXPECTED_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Event:
    """Something on a day; `amount` in grosze or None, `detail` a few words or empty.

    `kind` is a key of `LABELS`; `ref` tells events of one kind, unit and day apart, and stays the same.
    """

    day: date
    kind: str
    unit_code: str
    amount: int | None = None
    detail: str = ""
    ref: str = ""

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])

    @property
    def short(self) -> str:
        return str(SHORT.get(self.kind) or LABELS[self.kind])


@dataclass(frozen=True, slots=True)
class Day:
    """A place in the table of a month; `date` is None where a neighbouring month's day would be."""

    date: date | None
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class Habit:
    """How a unit is charged: the last month charged, and on which day of which month after it that fell due."""

    last_month: date
    months_later: int
    day: int


def month_of(text: str, today: date) -> date:
    """The first day of the month written `2026-11`; this month for anything else."""
    year, dash, month = text.partition("-")
    if dash and year.isascii() and year.isdigit() and month.isascii() and month.isdigit() and len(text) == 7:
        y, m = int(year), int(month)
        if FIRST_YEAR <= y <= LAST_YEAR and 1 <= m <= 12:
            return date(y, m, 1)
    return today.replace(day=1)


def moved(month: date, by: int) -> date:
    """The first day of the month so many months later or earlier."""
    place = month.year * 12 + month.month - 1 + by
    return date(place // 12, place % 12 + 1, 1)


def last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])


def ordered(events: Iterable[Event]) -> list[Event]:
    places = {kind: place for place, kind in enumerate(LABELS)}
    return sorted(events, key=lambda event: (event.day, places[event.kind], event.unit_code, event.ref))


def weeks(month: date, events: Sequence[Event]) -> list[list[Day]]:
    """The weeks of a month, Monday first, seven days each."""
    by_day: dict[date, list[Event]] = {}
    for event in events:
        by_day.setdefault(event.day, []).append(event)
    return [
        [Day(day, tuple(by_day.get(day, ()))) if day.month == month.month else Day(None) for day in week]
        for week in Calendar().monthdatescalendar(month.year, month.month)
    ]


def months_between(first: date, count: int, events: Sequence[Event]) -> list[tuple[date, list[Event]]]:
    """So many months from `first` on, each with its events."""
    months = [moved(first, by) for by in range(count)]
    return [(month, [event for event in events if event.day.replace(day=1) == month]) for month in months]


def habit(last_month: date, due_on: date) -> Habit:
    """How a month was charged that fell due on a day."""
    later = (due_on.year - last_month.year) * 12 + due_on.month - last_month.month
    at_the_end = due_on == last_day(due_on)
    return Habit(last_month, later, 31 if at_the_end else due_on.day)


def expected(known: Habit, today: date) -> list[tuple[date, date]]:
    """(month, day on which it will fall due) of the months after the last one charged, from today on."""
    found = []
    for by in range(1, EXPECTED_MONTHS + 1):
        month = moved(known.last_month, by)
        due_month = moved(month, known.months_later)
        due = due_month.replace(day=min(known.day, last_day(due_month).day))
        if due >= today:
            found.append((month, due))
    return found


def window(today: date) -> tuple[date, date]:
    """The days that a feed covers: three months back, a year ahead."""
    month = today.replace(day=1)
    return moved(month, -3), moved(month, 13) - timedelta(days=1)
