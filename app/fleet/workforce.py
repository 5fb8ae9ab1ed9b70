"""Who works: the processes that take work, and the doorbells that wait for one. Workers say how to look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.core.actor import Actor
from app.operators.queries import only_operators


@dataclass(frozen=True, slots=True)
class Hand:
    """One process that takes work. `lanes` in its order of preference; `busy` while it has something in hand; times are
    of its start and of its last sign of life."""

    name: str
    lanes: tuple[str, ...]
    busy: bool
    since: datetime | None
    seen: datetime | None


@dataclass(frozen=True, slots=True)
class Workforce:
    """All processes that are alive, and how many doorbells wait on each lane."""

    hands: tuple[Hand, ...]
    bells: dict[str, int]


_looks: list[Callable[[], Workforce | None]] = []


def install(look: Callable[[], Workforce | None]) -> None:
    """Say how to look; None means that nobody can tell, as when Redis is away."""
    _looks[:] = [look]


def workforce(actor: Actor) -> Workforce | None:
    """Who works now, None when nobody can tell. Operators only; raises `NotThere`."""
    only_operators(actor)
    return _looks[0]() if _looks else None
