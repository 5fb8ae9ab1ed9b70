"""Looking through a text before everybody may read it. Who knows how to stands above, and says so at start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.core.actor import Actor

Look = Callable[[Actor, str, Mapping[str, str], Any], None]
_looks: list[tuple[Look, Callable[[], Any]]] = []


def install(look: Look, posted: Callable[[], Any]) -> None:
    """Have `look(actor, kind, texts by their labels, answer)` called before a text is published.

    It raises `Refused` with an attribute `guard`, for the template, until a person has answered; `posted` reads the
    answer from the form of the request.
    """
    _looks[:] = [(look, posted)]


def look_through(actor: Actor, kind: str, texts: Mapping[str, str], answer: Any) -> None:
    """Look through a text. What processes publish, such as a demonstration, has no person to ask."""
    for look, _posted in _looks:
        if actor.kind != "system":
            look(actor, kind, texts, answer)


def answered() -> Any:
    """What the visitor answered to what was found; None without anybody who looks."""
    return _looks[0][1]() if _looks else None
