"""The arithmetic of a settlement: costs of buildings → pots → units. Whole grosze and decimals, never a float.

A pot (pula) is a sum that is shared by one basis. Its price is what is shown: each unit's quantity times this price is
the unit's part, but for the grosz or two by which rounded parts would miss the sum; that remainder is told apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.settlements import rules
from app.settlements.rules import Parameters
from app.settlements.sharing import half_up, shares, shown_price

ZERO = Decimal(0)
SIX = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Cost:
    """A cost of the buildings: an `amount` in grosze, or a tariff's `price` in złoty for one of what was used."""

    name: str
    kind: str
    amount: int = 0
    price: Decimal | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a unit. `use` is m³, GJ or units of dividers; None where nobody could read it (then a lump)."""

    code: str
    area: Decimal
    persons: int = 0
    share: Decimal = ZERO
    use: Decimal | None = None
    coefficient: Decimal = Decimal(1)
    lump: bool = False
    advances: int = 0


@dataclass(frozen=True, slots=True)
class Pot:
    """A sum in grosze that is shared by `basis`; `quantity` of it costs the shown `price` in złoty.

    `part` of hot water says whether it is water or its heating. `even` is a pot of which nobody had a quantity: all
    have the same then. A tariff's price is exact and leaves no remainder.
    """

    key: str
    kind: str
    basis: str
    grosze: int
    quantity: Decimal
    price: Decimal
    part: str = ""
    name: str = ""
    even: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A unit's part of a pot: `quantity` × the pot's price is `product`, and `amount` after the remainder; grosze."""

    pot: str
    quantity: Decimal
    product: int
    amount: int

    @property
    def remainder(self) -> int:
        return self.amount - self.product


@dataclass(frozen=True, slots=True)
class Settled:
    """A unit settled. `counted` is its use as it counts: by coefficient or lump, `bare` before the limits."""

    code: str
    counted: Decimal
    bare: Decimal
    lump: bool
    lines: tuple[Line, ...]
    cost: int
    advances: int

    @property
    def balance(self) -> int:
        """Grosze to be paid when positive, overpaid (nadpłata) when negative."""
        return self.cost - self.advances


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A run reckoned. `cost` of the buildings is what units are `charged` and what `nobody` is, in grosze.

    `missing` is the difference between the main meter and the units, in what they measure; negative ones cost nobody
    anything.
    """

    pots: tuple[Pot, ...]
    units: tuple[Settled, ...]
    cost: int
    charged: int
    nobody: int
    missing: Decimal | None

    @property
    def agrees(self) -> bool:
        """Whether units' sums and what nobody pays are the buildings' cost, to the grosz."""
        return self.charged + self.nobody == self.cost and self.charged == sum(unit.cost for unit in self.units)


def reckon(costs: Iterable[Cost], how: Parameters, units: Sequence[Given], medium: str, months: int) -> Reckoning:
    """Share the costs among the units, each of which has a code of its own. Without units nobody is charged."""
    bare = {unit.code: bare_use(unit, how, medium, months) for unit in units}
    counted = limited(bare, {unit.code: unit.area for unit in units}, how)
    weights = {
        rules.M2: {unit.code: unit.area for unit in units},
        rules.UNIT: {unit.code: Decimal(1) for unit in units},
        rules.PERSON: {unit.code: Decimal(unit.persons) for unit in units},
        rules.SHARE: {unit.code: unit.share for unit in units},
        rules.USE: counted,
    }
    used = sum(bare.values(), ZERO)
    missing = None if how.main_use is None else how.main_use - used
    sums, nobody = _sums(list(costs), how, used, missing)
    lines: dict[str, list[Line]] = {unit.code: [] for unit in units}
    pots = []
    total = sum(each.grosze for each in sums if each.price is None) + nobody
    for each in sums:
        pot, parts = _shared(each, weights[each.basis]) if units else (each.empty(), {})
        if each.price is not None:
            total += pot.grosze
        pots.append(pot)
        for code, line in parts.items():
            lines[code].append(line)
    settled = tuple(
        Settled(
            unit.code, counted[unit.code], bare[unit.code], is_lump(unit), tuple(lines[unit.code]),
            sum(line.amount for line in lines[unit.code]), unit.advances,
        )
        for unit in units
    )  # fmt: skip
    return Reckoning(tuple(pots), settled, total, sum(unit.cost for unit in settled), nobody, missing)


def is_lump(unit: Given) -> bool:
    """Whether the unit settles by a norm: because it was said, or because nobody knows what it used."""
    return unit.lump or unit.use is None


def bare_use(unit: Given, how: Parameters, medium: str, months: int) -> Decimal:
    """A unit's use before the limits: what was read, by its coefficient where dividers count, or the norm."""
    if is_lump(unit):
        norm = how.lump_norm or ZERO
        return norm * (unit.area if medium == rules.HEAT else Decimal(unit.persons * months))
    assert unit.use is not None
    return max(unit.use, ZERO) * (unit.coefficient if how.use_in == rules.DIVIDER else 1)


def limited(bare: Mapping[str, Decimal], areas: Mapping[str, Decimal], how: Parameters) -> dict[str, Decimal]:
    """Uses within the limits that go by the average a square metre; as they are without limits or areas."""
    whole = sum(areas.values(), ZERO)
    if (how.least_percent is None and how.most_percent is None) or not whole:
        return dict(bare)
    average = sum(bare.values(), ZERO) / whole
    found = {}
    for code, use in bare.items():
        even = average * areas[code] / 100
        counted = use
        if how.most_percent is not None:
            counted = min(counted, (even * how.most_percent).quantize(SIX))
        if how.least_percent is not None:
            counted = max(counted, (even * how.least_percent).quantize(SIX))
        found[code] = counted
    return found


@dataclass(frozen=True, slots=True)
class _Sum:
    key: str
    kind: str
    basis: str
    grosze: int
    price: Decimal | None = None
    part: str = ""
    name: str = ""

    def empty(self) -> Pot:
        return Pot(self.key, self.kind, self.basis, self.grosze, ZERO, self.price or ZERO, self.part, self.name)


def _sums(costs: list[Cost], how: Parameters, used: Decimal, missing: Decimal | None) -> tuple[list[_Sum], int]:
    """What is shared by what, and how much of it nobody pays."""
    fixed, other, variable = 0, 0, dict[str, int]()
    tariffs = []
    for cost in costs:
        if cost.kind == rules.TARIFF:
            tariffs.append(cost)
            continue
        if cost.kind == rules.OTHER:
            other += cost.amount
            continue
        still = half_up(cost.amount * how.fixed_percent / 10_000) if cost.kind == rules.SPLIT else 0
        fixed += cost.amount if cost.kind == rules.FIXED else still
        if cost.kind in (rules.VARIABLE, rules.SPLIT):
            variable[cost.purpose] = variable.get(cost.purpose, 0) + cost.amount - still
    lost, found = 0, list[_Sum]()
    if fixed:
        found.append(_Sum(rules.FIXED, rules.FIXED, how.fixed_basis, fixed))
    lacks = missing is not None and missing > 0
    for part, grosze in sorted(variable.items()):
        gone = half_up(grosze * missing / (used + missing) / 100) if lacks and missing is not None else 0
        lost += gone
        key = f"{rules.VARIABLE}-{part}" if part else rules.VARIABLE
        if grosze - gone:
            found.append(_Sum(key, rules.VARIABLE, rules.USE, grosze - gone, part=part))
    for at, cost in enumerate(tariffs, 1):
        price = cost.price or ZERO
        lost += half_up(missing * price) if lacks and missing is not None else 0
        found.append(
            _Sum(f"{rules.TARIFF}-{at}", rules.TARIFF, rules.USE, 0, price=price, part=cost.purpose, name=cost.name)
        )
    if other:
        found.append(_Sum(rules.OTHER, rules.OTHER, rules.UNIT, other))
    if lost and how.difference != rules.NOBODY:
        basis = rules.UNIT if how.difference == rules.BY_UNIT else rules.USE
        found.append(_Sum("difference", "difference", basis, lost))
        lost = 0
    return found, lost


def _shared(each: _Sum, weights: Mapping[str, Decimal]) -> tuple[Pot, dict[str, Line]]:
    quantity = sum(weights.values(), ZERO)
    if each.price is not None:
        parts = {code: half_up(weight * each.price) for code, weight in weights.items()}
        pot = Pot(each.key, each.kind, each.basis, sum(parts.values()), quantity, each.price, each.part, each.name)
        return pot, {code: Line(each.key, weights[code], part, part) for code, part in parts.items()}
    even = quantity == 0
    if even:
        weights = {code: Decimal(1) for code in weights}
        quantity = Decimal(len(weights))
    price = shown_price(each.grosze, quantity, max(weights.values()))
    basis = rules.UNIT if even else each.basis
    pot = Pot(each.key, each.kind, basis, each.grosze, quantity, price, each.part, each.name, even)
    parts = shares(each.grosze, weights)
    return pot, {
        code: Line(each.key, weights[code], half_up(weights[code] * price), part) for code, part in parts.items()
    }
