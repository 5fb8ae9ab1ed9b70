"""Which two readings of a meter stand for a period, and what was used between them. Without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

NEAR = timedelta(days=45)


@dataclass(frozen=True, slots=True)
class Metered:
    """A meter and its readings as (day, value), oldest first; a value is what it showed at the end of the day."""

    serial: str
    installed_on: date | None
    removed_on: date | None
    readings: Sequence[tuple[date, Decimal]]


@dataclass(frozen=True, slots=True)
class Ends:
    """The readings at the ends of a period; `use` is negative where the meter went backwards."""

    serial: str
    from_on: date
    from_value: Decimal
    to_on: date
    to_value: Decimal

    @property
    def use(self) -> Decimal:
        return self.to_value - self.from_value

    def as_json(self) -> dict[str, Any]:
        return {
            "serial": self.serial,
            "from_on": self.from_on.isoformat(),
            "from_value": str(self.from_value),
            "to_on": self.to_on.isoformat(),
            "to_value": str(self.to_value),
            "use": str(self.use),
        }


def ends(meter: Metered, first: date, last: date) -> Ends | None:
    """The readings nearest to the ends of a period, each at most `NEAR` away; of a meter that came or went within the
    period its first or last. None when one of them is missing: then nobody knows what was used."""
    came = meter.installed_on is not None and meter.installed_on >= first
    went = meter.removed_on is not None and meter.removed_on <= last
    start = meter.installed_on if came and meter.installed_on else first - timedelta(days=1)
    end = meter.removed_on if went and meter.removed_on else last
    opening = _nearest(meter.readings, start)
    closing = _nearest([each for each in meter.readings if opening and each[0] > opening[0]], end)
    if opening is None or closing is None:
        return None
    return Ends(meter.serial, opening[0], opening[1], closing[0], closing[1])


def was_there(meter: Metered, first: date, last: date) -> bool:
    """Whether the meter measured during a part of the period."""
    return (meter.installed_on is None or meter.installed_on < last) and (
        meter.removed_on is None or meter.removed_on > first
    )


def _nearest(readings: Sequence[tuple[date, Decimal]], day: date) -> tuple[date, Decimal] | None:
    near = [each for each in readings if abs(each[0] - day) <= NEAR]
    return min(near, key=lambda each: (abs(each[0] - day), each[0])) if near else None
