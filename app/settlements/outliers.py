"""What staff look at before a run is published: units whose figures are unlike the others'. Without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from app.core.language import lazy_gettext as _l

TIMES, FAR_PERCENT, LARGE_BALANCE = 3, 100, 100_000
HIGH, NONE_USED, UNREAD, NEGATIVE, BALANCE, FAR = "high", "zero", "unread", "negative", "balance", "far"
LABELS = {
    HIGH: _l("zużycie ponad 3 razy większe niż zwykle w tym rozliczeniu"),
    NONE_USED: _l("zerowe zużycie"),
    UNREAD: _l("brak odczytu"),
    NEGATIVE: _l("odczyt końcowy niższy od początkowego"),
    BALANCE: _l("bardzo duża dopłata albo nadpłata"),
    FAR: _l("koszt za m² daleki od średniej"),
}


@dataclass(frozen=True, slots=True)
class Figures:
    """A unit's figures; `use` None was not read, amounts in grosze."""

    code: str
    use: Decimal | None
    area: Decimal
    cost: int
    balance: int


def outliers(
    units: Iterable[Figures], most_balance: int = LARGE_BALANCE, *, by_area: bool = True
) -> dict[str, list[str]]:
    """What is unusual, by unit: keys of `LABELS`. Use more than three times the median, none, unread or negative; a
    balance beyond `most_balance` grosze either way; a cost a square metre less than half or more than twice the
    average, where that says anything (`by_area`)."""
    known = list(units)
    used = [unit.use for unit in known if unit.use is not None and unit.use > 0]
    middle = median(used) if used else Decimal(0)
    area = sum((unit.area for unit in known), Decimal(0))
    average = Decimal(sum(unit.cost for unit in known)) / area if area else Decimal(0)
    found: dict[str, list[str]] = {}
    for unit in known:
        flags = []
        if unit.use is None:
            flags.append(UNREAD)
        elif unit.use < 0:
            flags.append(NEGATIVE)
        elif unit.use == 0:
            flags.append(NONE_USED)
        elif unit.use > middle * TIMES:
            flags.append(HIGH)
        if abs(unit.balance) > most_balance:
            flags.append(BALANCE)
        own = Decimal(unit.cost) / unit.area if unit.area else average
        if by_area and average > 0 and not average / 2 <= own <= average * (100 + FAR_PERCENT) / 100:
            flags.append(FAR)
        if flags:
            found[unit.code] = flags
    return found
