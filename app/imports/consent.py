"""How much a package may change before a person is asked: what the manager set, and what goes beyond it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.money import plain
from app.imports.comparison import Comparison
from app.imports.report import SheetCounts
from app.office import settings

LARGEST_COUNT, LARGEST_SUM = 1_000_000, 100_000_000_00


@settings.group("import_limits")
@dataclass(frozen=True, slots=True)
class Limits:
    """What a package may do unasked; None: anything. Sums in grosze.

    `always`: no change is published unasked. `units`: units that may vanish; `percent`: published rows of a sheet that
    may vanish, in a hundred; `total`: by how much the sum of all balances may change; `unit`: the balance of one unit.
    """

    always: bool = False
    units: int | None = None
    percent: int | None = None
    total: int | None = None
    unit: int | None = None

    @property
    def any(self) -> bool:
        return self != Limits()


@dataclass(frozen=True, slots=True)
class Excess:
    """One limit that a package goes beyond; `allowed` and `found` are whole numbers, or money with two decimals."""

    limit: str
    allowed: str
    found: str
    sheet: str | None = None


def checked(limits: Limits) -> Limits:
    """The limits, if they make sense. Raises `Refused` with the field."""
    for name, most in (("units", LARGEST_COUNT), ("percent", 100), ("total", LARGEST_SUM), ("unit", LARGEST_SUM)):
        value = getattr(limits, name)
        if value is not None and not 0 <= value <= most:
            raise Refused(_("Podaj liczbę od 0 do %(most)d albo zostaw puste.", most=_shown(name, most)), field=name)
    return limits


def _shown(name: str, most: int) -> int:
    return most // 100 if name in ("total", "unit") else most


def beyond(limits: Limits, counts: Mapping[str, SheetCounts], comparison: Comparison) -> Iterator[Excess]:
    """The limits that a package goes beyond, in the order in which people read them."""
    gone = counts["units"].withdrawn if "units" in counts else 0
    if limits.units is not None and gone > limits.units:
        yield Excess("units", str(limits.units), str(gone))
    if limits.percent is not None:
        for sheet, count in counts.items():
            published = comparison.published.get(sheet, 0)
            if published and count.withdrawn * 100 > limits.percent * published:
                yield Excess("percent", str(limits.percent), str(-(-count.withdrawn * 100 // published)), sheet)
    if limits.total is not None and abs(comparison.balance_change) > limits.total:
        yield Excess("total", plain(limits.total), plain(comparison.balance_change))
    if limits.unit is not None and comparison.balances and abs(comparison.balances[0].change) > limits.unit:
        yield Excess("unit", plain(limits.unit), plain(comparison.balances[0].change))
    if limits.always:
        yield Excess("always", "", "")
