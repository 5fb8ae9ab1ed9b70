"""What the portal costs, as the product page shows it: the price list of billing, and sums for a number of units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.billing import plans
from app.billing.plans import Price, Row

MOST_UNITS = 200_000
EXAMPLES = (50, 150, 500, 2000)


@dataclass(frozen=True, slots=True)
class Offer:
    """One plan: its tiers, and per number of units what a month and a year cost."""

    name: Any
    about: Any
    rows: tuple[Row, ...]
    sums: tuple[tuple[int, Price, Price], ...]


def trial_days() -> int:
    return plans.TRIAL_DAYS


def vat_percent() -> int:
    return plans.VAT_PERCENT


def typed_units(text: str) -> int | None:
    """A number of units that somebody typed, 1 to `MOST_UNITS`; None for anything else."""
    digits = "".join(text.split())
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 7:
        return None
    number = int(digits)
    return number if 1 <= number <= MOST_UNITS else None


def offers(units: int | None = None) -> list[Offer]:
    """All plans; with sums for `units`, else for some examples."""
    counts = (units,) if units else EXAMPLES
    return [
        Offer(
            plan.name,
            plan.about,
            tuple(plans.rows(plan)),
            tuple((count, plans.price(plan, "month", count), plans.price(plan, "year", count)) for count in counts),
        )
        for plan in plans.PLANS.values()
    ]
