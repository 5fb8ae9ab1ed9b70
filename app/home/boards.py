"""Parts of the staff's start page that features above register, such as notices of the platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.core.actor import Actor


@dataclass(frozen=True, slots=True)
class Board:
    """One part of the page: `template` is included with `board` as its `context`."""

    template: str
    context: dict[str, Any]


_boards: dict[str, tuple[int, Callable[[Actor], Board | None]]] = {}


def register(name: str, order: int, board: Callable[[Actor], Board | None]) -> None:
    """Add a part above everything else on the page. `board(actor)` gives None to show nothing."""
    _boards[name] = (order, board)


def boards(actor: Actor) -> list[Board]:
    """The parts for this member of staff in their order."""
    made = (board(actor) for _order, board in sorted(_boards.values(), key=lambda entry: entry[0]))
    return [board for board in made if board is not None]
