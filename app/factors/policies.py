"""What the bound tenant's manager demands of the second factor."""

from __future__ import annotations

from app.factors.rules import SecondFactor
from app.office import settings

settings.group("second_factor")(SecondFactor)


def second_factor() -> SecondFactor:
    """The manager's rule, at most three seconds old."""
    return settings.read(SecondFactor)
