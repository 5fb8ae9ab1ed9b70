"""The price list, in code: plans, their tiers by units, VAT. Net amounts are in grosze (int), VAT is added to them.

Tiers are graduated, as Stripe reckons them: each unit costs what its own tier says. A year is paid as ten months.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.language import lazy_gettext as _l

VAT_PERCENT = 23
MONTHS_PAID_A_YEAR = 10
INTERVALS = {"month": _l("co miesiąc"), "year": _l("co rok (12 miesięcy w cenie 10)")}
TRIAL_DAYS = 30
#: Goes into the keys of prices at Stripe. A change of any amount needs a new one: prices there are never edited.
PRICE_LIST = "2026-11"


@dataclass(frozen=True, slots=True)
class Tier:
    """Units up to and including `up_to` (None: without end) cost `unit` a month each; `flat` once, when reached."""

    up_to: int | None
    unit: int
    flat: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan. `code` is kept and sent to Stripe; `name` and `about` are lazy texts; `storage_gb` limits files."""

    code: str
    name: Any
    about: Any
    tiers: tuple[Tier, ...]
    storage_gb: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a period costs, in grosze."""

    net: int
    vat: int

    @property
    def gross(self) -> int:
        return self.net + self.vat


@dataclass(frozen=True, slots=True)
class Row:
    """A tier for people: from which unit to which (None: without end), and its price."""

    first: int
    last: int | None
    unit: int
    flat: int


PLANS: dict[str, Plan] = {
    plan.code: plan
    for plan in (
        Plan(
            "basic",
            _l("Podstawowy"),
            _l("Wszystkie części portalu, 20 GB na dokumenty, pomoc e-mailem w dni robocze."),
            (Tier(50, 0, 3900), Tier(500, 55), Tier(5000, 40), Tier(None, 25)),
            20,
        ),
        Plan(
            "full",
            _l("Pełny"),
            _l(
                "Wszystkie części portalu, 200 GB na dokumenty i zdjęcia, pomoc telefoniczna i przy pierwszym imporcie."
            ),
            (Tier(50, 0, 6900), Tier(500, 85), Tier(5000, 60), Tier(None, 38)),
            200,
        ),
    )
}


def vat(net: int) -> int:
    """VAT on a net amount, rounded half up to the grosz (art. 106e ust. 11 ustawy o VAT)."""
    return (net * VAT_PERCENT + 50) // 100


def price(plan: Plan, interval: str, units: int) -> Price:
    """What a month or year costs for so many units; an empty portal pays for one. `interval`: `month` or `year`."""
    net, paid = 0, 0
    counted = max(1, units)
    for tier in plan.tiers:
        if counted <= paid:
            break
        within = counted if tier.up_to is None else min(counted, tier.up_to)
        net += tier.flat + (within - paid) * tier.unit
        paid = within
    net *= months(interval)
    return Price(net, vat(net))


def months(interval: str) -> int:
    """How many months' price a period costs. Raises `KeyError`."""
    return {"month": 1, "year": MONTHS_PAID_A_YEAR}[interval]


def rows(plan: Plan) -> Iterator[Row]:
    """The tiers as people read them."""
    first = 1
    for tier in plan.tiers:
        yield Row(first, tier.up_to, tier.unit, tier.flat)
        first = (tier.up_to or 0) + 1


def price_key(plan: Plan, interval: str) -> str:
    """The key by which a price is found at Stripe."""
    return f"osiedle_{plan.code}_{interval}_{PRICE_LIST}"


def by_price_key(key: str | None) -> tuple[str, str] | None:
    """(plan, interval) of a price's key, also of an older price list; None for what is not ours."""
    parts = (key or "").split("_")
    if len(parts) == 4 and parts[0] == "osiedle" and parts[1] in PLANS and parts[2] in INTERVALS:
        return parts[1], parts[2]
    return None
