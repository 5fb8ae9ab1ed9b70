"""A unit's place among the others of its building, told only where nobody else can be told apart. Pure.

Figures of the building are shown from `FEWEST` units on. They are sorted into groups, of which each that is told
holds at least `FEWEST`: smaller ones are joined with their neighbour. Least and greatest are never told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from statistics import median

FEWEST = 5
MOST_GROUPS = 6


@dataclass(frozen=True, slots=True)
class Group:
    """Units whose figure is at least `least` and below `below`; None at the ends, which are never told."""

    least: Decimal | None
    below: Decimal | None
    count: int
    own: bool


@dataclass(frozen=True, slots=True)
class Placing:
    """The groups from the smallest figure on, the median of all, and how many units there are."""

    groups: tuple[Group, ...]
    median: Decimal
    units: int


def placing(own: Decimal, others: Sequence[Decimal]) -> Placing | None:
    """Where `own` stands among it and `others`; None when these are fewer than `FEWEST` besides one's own.

    Groups are cut where figures differ, so equal ones stay together, and each has `FEWEST` units at least, one's own
    not counted: what is told of a group is told of that many neighbours.
    """
    if len(others) < FEWEST:
        return None
    ordered = sorted(others)
    size = max(FEWEST, -(-len(ordered) // MOST_GROUPS))
    cuts, at = list[Decimal](), size
    while at <= len(ordered) - FEWEST:
        while at < len(ordered) and ordered[at] == ordered[at - 1]:
            at += 1
        if at > len(ordered) - FEWEST:
            break
        cuts.append(_round(ordered[at - 1], ordered[at]))
        at += size
    edges: list[Decimal | None] = [None, *cuts, None]
    groups = []
    for least, below in pairwise(edges):
        inside = [each for each in ordered if _within(each, least, below)]
        groups.append(Group(least, below, len(inside), _within(own, least, below)))
    return Placing(tuple(groups), Decimal(median([*ordered, own])), len(ordered) + 1)


def _within(figure: Decimal, least: Decimal | None, below: Decimal | None) -> bool:
    return (least is None or figure >= least) and (below is None or figure < below)


def _round(low: Decimal, high: Decimal) -> Decimal:
    """The shortest number above `low` and not above `high`: nobody's own figure shines through."""
    for places in range(9):
        step = Decimal(1).scaleb(-places)
        candidate = (high // step) * step
        if low < candidate <= high:
            return candidate
    return high
