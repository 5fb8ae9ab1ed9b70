"""The unit switch of residents' pages: which unit a page speaks of, remembered in the address and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote_plus

from flask import g, request

from app.accounts.holdings import HeldUnit, Holdings


@dataclass(frozen=True, slots=True)
class Choice:
    """A link of the unit switch or of the tabs of a page."""

    code: str
    label: str
    url: str
    current: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """The unit that a page speaks of (None: the actor has none), and the ways to the others."""

    unit: HeldUnit | None
    units: list[Choice]

    def address(self, path: str) -> str:
        """The path of a page about the same unit."""
        return path + (f"?unit={quote_plus(self.unit.code)}" if self.unit else "")

    def tabs(self, labels: dict[str, str]) -> list[Choice]:
        """Links to pages about the same unit; `labels` by path."""
        return [Choice(path, label, self.address(path), path == request.path) for path, label in labels.items()]


def switch(mine: Holdings, path: str | None = None) -> Switch:
    """The unit that was asked for by `?unit=`, for the page at `path` (this one). Raises `NotThere`.

    The menu leads on with the same unit, unless its first page would not show it.
    """
    here = path or request.path
    unit = mine.chosen(request.args.get("unit"))
    if unit is not None and unit.sight.balance and request.args.get("unit") and len(mine.units) > 1:
        g.unit_query = f"?unit={quote_plus(unit.code)}"
    choices = [
        Choice(held.code, held.address_line, f"{here}?unit={quote_plus(held.code)}", held is unit)
        for held in mine.units
    ]
    return Switch(unit, choices)
