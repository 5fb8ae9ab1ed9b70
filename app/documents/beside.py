"""Pages beside the documents: features that show residents more of their building say so here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Beside:
    """A further page: words and an address."""

    label: str
    hint: str
    url: str


Source = Callable[[Actor, list[str]], list[Beside]]
_sources: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Have a feature asked; `source(actor, units)` gets codes of the units that the actor holds."""
    _sources[name] = source


def beside(actor: Actor, units: list[str]) -> list[Beside]:
    return [one for source in _sources.values() for one in source(actor, units)]
