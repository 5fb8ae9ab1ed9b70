"""Parts of a manager's page in the console: features above register theirs, nobody keeps a list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Panel:
    """One part of the page: `template` is included with `panel` as its `context`."""

    template: str
    context: dict[str, Any]


_panels: dict[str, tuple[int, Callable[[Actor, str], Panel | None]]] = {}


def register(name: str, order: int, panel: Callable[[Actor, str], Panel | None]) -> None:
    """Add a part to the page of every manager that exists. `panel(actor, slug)` gives None to show nothing.

    The manager's state is 10 and switching it off and on 90; what lies between stands between.
    """
    _panels[name] = (order, panel)


def panels(actor: Actor, slug: str) -> list[Panel]:
    """The parts of one manager's page in their order. Raises what the parts raise."""
    made = (panel(actor, slug) for _order, panel in sorted(_panels.values(), key=lambda entry: entry[0]))
    return [panel for panel in made if panel is not None]
