"""Geometry of bar charts, for the macros of `web/charts.html`. Amounts in grosze, places in units of the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from app.core.money import amount

WIDTH, HEIGHT = 720, 330
RIGHT, TOP, BOTTOM = 40, 16, 40
SIGN = 15  # room for one sign of a label, at the size that phones need
MOST_TICKS = 5
SERIES = 6  # patterns that can be told apart in black and white


@dataclass(frozen=True, slots=True)
class Column:
    """One bar: what stands under it, and its parts, by series; negative ones hang below zero."""

    label: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of a bar: its place, which series it is of, and what it says when pointed at."""

    x: float
    y: float
    width: float
    height: float
    series: int
    says: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line across at a value; `label` in whole złoty."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A word under a bar; `minor` ones give way where there is little room."""

    x: float
    label: str
    minor: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of bars; they begin at `left`, and `zero` is the height of nothing."""

    boxes: tuple[Box, ...]
    ticks: tuple[Tick, ...]
    marks: tuple[Mark, ...]
    zero: float
    left: int
    width: int = WIDTH
    height: int = HEIGHT
    right: int = WIDTH - RIGHT
    foot: int = HEIGHT - BOTTOM


def bars(columns: Sequence[Column], series: Sequence[str]) -> Chart:
    """Bars of stacked parts, at most `SERIES` of them, with a scale of round numbers; zero is always on it."""
    highest = max((sum(part for part in column.parts if part > 0) for column in columns), default=0)
    lowest = min((sum(part for part in column.parts if part < 0) for column in columns), default=0)
    step = _step(highest - lowest)
    bottom = lowest // step * step
    top = max(-(-highest // step) * step, bottom + step)

    def place(grosze: int) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (top - grosze) / (top - bottom), 1)

    ticks = tuple(Tick(place(value), amount(value)[:-3]) for value in range(bottom, top + 1, step))
    left = SIGN * (1 + max(len(tick.label) for tick in ticks))
    across = (WIDTH - left - RIGHT) / max(len(columns), 1)
    boxes: list[Box] = []
    for number, column in enumerate(columns):
        x, width = round(left + across * (number + 0.14), 1), round(across * 0.72, 1)
        above = below = 0
        for which, part in enumerate(column.parts):
            if not part:
                continue
            start = above if part > 0 else below
            high, low = place(max(start, start + part)), place(min(start, start + part))
            says = f"{column.label}, {series[which]}: {amount(part)} zł"
            boxes.append(Box(x, high, width, round(max(low - high, 0.5), 1), which, says))
            above, below = (above + part, below) if part > 0 else (above, below + part)
    marks = _marks([column.label for column in columns], left, across)
    return Chart(tuple(boxes), ticks, marks, place(0), left)


def groups(
    labels: Sequence[str], values: Sequence[Sequence[int | None]], series: Sequence[str], written: Callable[[int], str]
) -> Chart:
    """Bars side by side: for each label the values of all series, None for no bar; none is below zero.

    Values are in thousandths of what the scale shows; `written` says one with its unit.
    """
    highest = max((value for row in values for value in row if value is not None), default=0)
    step = _step(max(highest, 1))
    top = max(-(-highest // step) * step, step)
    ticks_at = range(0, top + 1, step)

    def place(value: int) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (top - value) / top, 1)

    ticks = tuple(Tick(place(value), f"{value / 1000:g}".replace(".", ",")) for value in ticks_at)
    left = SIGN * (1 + max(len(tick.label) for tick in ticks))
    across = (WIDTH - left - RIGHT) / max(len(labels), 1)
    width = round(across * 0.8 / len(series), 1)
    boxes = []
    for number, row in enumerate(values):
        for which, value in enumerate(row):
            if value is None:
                continue
            x = round(left + across * (number + 0.1) + which * width, 1)
            says = f"{labels[number]}, {series[which]}: {written(value)}"
            boxes.append(Box(x, place(value), width, round(max(place(0) - place(value), 0.5), 1), which, says))
    return Chart(tuple(boxes), ticks, _marks(labels, left, across), place(0), left)


def _marks(labels: Sequence[str], left: int, across: float) -> tuple[Mark, ...]:
    """Words under the last bar and under every so many before it."""
    every = next(step for step in (1, 2, 3, 6, 12, 24) if step * across >= 70 or step == 24)
    found = []
    for back, number in enumerate(range(len(labels) - 1, -1, -every)):
        found.append(Mark(round(left + across * (number + 0.5), 1), labels[number], back % 2 == 1))
    return tuple(reversed(found))


def _step(span: int) -> int:
    """The distance of ticks in grosze: 1, 2 or 5 times a power of ten złoty, so that there are few of them."""
    return next(
        step for power in count(2) for step in (10**power, 2 * 10**power, 5 * 10**power) if step * MOST_TICKS >= span
    )
