"""By what a unit is charged every month, without a database: components, groups, sums, and changes to come.

Amounts in grosze a month, prices in złoty for one of the component's basis, both days of a period inclusive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from app.core.language import lazy_gettext as _l

KINDS = {
    "dependent": _l("Opłaty zależne od zarządcy"),
    "independent": _l("Opłaty niezależne od zarządcy"),
    "": _l("Pozostałe składniki"),
}
KIND_HINTS = {
    "dependent": _l("Ich wysokość ustala zarządca lub uchwała właścicieli."),
    "independent": _l("Ich wysokość ustalają dostawcy, gmina lub przepisy, a zarządca je przekazuje."),
    "": "",
}
BASES = {
    "m2": _l("m²"),
    "person": _l("os."),
    "unit": _l("lokal"),
    "m3": _l("m³"),
    "GJ": _l("GJ"),
    "piece": _l("szt."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """What is charged for one component (składnik) in one period."""

    code: str
    name: str
    basis: str
    kind: str
    from_on: date
    to_on: date | None
    quantity: Decimal
    price: Decimal
    amount: int
    note: str | None

    @property
    def measure(self) -> str:
        return str(BASES.get(self.basis, self.basis))

    @property
    def product(self) -> int:
        """Quantity × price in grosze, half up."""
        return product(self.quantity, self.price)

    @property
    def differs(self) -> int:
        """By how many grosze the books' amount is more than the product that is shown beside it."""
        return self.amount - self.product

    def holds(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or self.to_on >= day)


@dataclass(frozen=True, slots=True)
class Group:
    """Components of one kind and what they come to; `kind` is `dependent`, `independent` or empty."""

    kind: str
    lines: tuple[Line, ...]
    total: int

    @property
    def label(self) -> str:
        return str(KINDS[self.kind])

    @property
    def hint(self) -> str:
        return str(KIND_HINTS[self.kind])


@dataclass(frozen=True, slots=True)
class Change:
    """A component before and after a day; None where it was not charged, or is no more."""

    before: Line | None
    after: Line | None

    @property
    def name(self) -> str:
        line = self.after or self.before
        return line.name if line else ""

    @property
    def difference(self) -> int:
        return (self.after.amount if self.after else 0) - (self.before.amount if self.before else 0)


@dataclass(frozen=True, slots=True)
class Step:
    """What changes on a day, and the sum of a month before and after it.

    `open` means that the books say of no component what it is from that day: the rates are not known yet.
    """

    day: date
    changes: tuple[Change, ...]
    before: int
    after: int
    open: bool


@dataclass(frozen=True, slots=True)
class Tariff:
    """What holds on a day, its sum a month, since when nothing of it has changed, and what is announced."""

    groups: tuple[Group, ...]
    total: int
    since: date | None
    steps: tuple[Step, ...]


def product(quantity: Decimal, price: Decimal) -> int:
    """Quantity × price (złoty) in grosze, half up, away from zero for a discount."""
    return int((quantity * price * 100).quantize(Decimal(1), ROUND_HALF_UP))


def tariff(lines: Sequence[Line], day: date) -> Tariff:
    """What holds on a day and what will change after it; lines of the past only serve to be left out."""
    now = in_force(lines, day)
    groups = tuple(
        Group(kind, tuple(found), total(found))
        for kind in KINDS
        if (found := [line for line in now if _kind(line) == kind])
    )
    return Tariff(groups, total(now), max((line.from_on for line in now), default=None), steps(lines, day))


def steps(lines: Sequence[Line], day: date) -> tuple[Step, ...]:
    """The days after `day` on which something changes, in order; a period renewed unchanged is no change."""
    ends = {line.to_on + timedelta(days=1) for line in lines if line.to_on and line.to_on < date.max}
    days = sorted(found for found in {line.from_on for line in lines} | ends if found > day)
    return tuple(step for found in days if (step := _step(lines, found)) is not None)


def in_force(lines: Sequence[Line], day: date) -> list[Line]:
    """What holds on a day, in the order given: of each component the line that began last, for books may leave the
    one before it open."""
    found: dict[str, Line] = {}
    for line in lines:
        if line.holds(day) and (line.code not in found or line.from_on > found[line.code].from_on):
            found[line.code] = line
    return list(found.values())


def total(lines: Iterable[Line]) -> int:
    return sum(line.amount for line in lines)


def _step(lines: Sequence[Line], day: date) -> Step | None:
    eve = day - timedelta(days=1)
    before, after = ({line.code: line for line in in_force(lines, at)} for at in (eve, day))
    changes = tuple(
        Change(before.get(code), after.get(code))
        for code in dict.fromkeys([*before, *after])
        if _terms(before.get(code)) != _terms(after.get(code))
    )
    if not changes:
        return None
    return Step(day, changes, total(before.values()), total(after.values()), not after)


def _terms(line: Line | None) -> tuple[Decimal, Decimal, int] | None:
    return (line.quantity, line.price, line.amount) if line else None


def _kind(line: Line) -> str:
    return line.kind if line.kind in KINDS else ""
