"""Sharing a sum of money by weights so that nothing is lost and nothing is won: every groszy finds its unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import floor

GROSZ = Decimal("0.01")
FEWEST_DECIMALS, MOST_DECIMALS = 4, 10


def shares(grosze: int, weights: Mapping[str, Decimal]) -> dict[str, int]:
    """Grosze by key, in proportion to weights that are not negative; they sum exactly to `grosze`.

    Each gets the whole grosze of its exact share; those that are left over go one by one to the largest remainders,
    among equals by key, so the order in which units come makes no difference. Where nobody has a weight all have the
    same. A negative sum (a correction of an invoice) is shared like a positive one. Raises `ValueError` when there is
    nobody to share among.
    """
    if not weights:
        raise ValueError("nobody to share among")
    whole = sum((Fraction(weight) for weight in weights.values()), Fraction())
    even = whole == 0
    sign, size = (-1 if grosze < 0 else 1), abs(grosze)
    exact = {
        key: Fraction(size, len(weights)) if even else size * Fraction(weight) / whole
        for key, weight in weights.items()
    }
    found = {key: floor(part) for key, part in exact.items()}
    left = size - sum(found.values())
    for key in sorted(exact, key=lambda key: (found[key] - exact[key], key))[:left]:
        found[key] += 1
    return {key: sign * part for key, part in found.items()}


def half_up(zloty: Decimal) -> int:
    """An amount in złoty as whole grosze, half a grosz upwards."""
    return int((zloty / GROSZ).quantize(Decimal(1), ROUND_HALF_UP))


def shown_price(grosze: int, quantity: Decimal, largest: Decimal) -> Decimal:
    """The price in złoty of one of `quantity`, with as many decimals that the `largest` quantity times it is wrong by
    less than half a grosz: what stands on paper can be multiplied again."""
    decimals = next(
        (
            places
            for places in range(FEWEST_DECIMALS, MOST_DECIMALS)
            if largest * Decimal(5).scaleb(-places - 1) <= Decimal("0.005")
        ),
        MOST_DECIMALS,
    )
    price = Fraction(grosze, 100) / Fraction(quantity)
    scaled = Decimal(floor(abs(price) * 10**decimals + Fraction(1, 2))).scaleb(-decimals)
    return -scaled if price < 0 else scaled
