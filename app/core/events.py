"""What has happened, told upwards: a feature says it, and those above it that care have asked to hear.

Listeners run in the transaction of what happened, so they write rows or ask for jobs, and nothing slow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

Listener = TypeVar("Listener", bound=Callable[..., None])
_listeners: dict[str, dict[str, Callable[..., None]]] = {}


def on(name: str) -> Callable[[Listener], Listener]:
    """Ask to hear of what is called `feature.happened`; the facts come as keyword arguments."""

    def listen(listener: Listener) -> Listener:
        _listeners.setdefault(name, {})[f"{listener.__module__}.{listener.__qualname__}"] = listener
        return listener

    return listen


def happened(name: str, **facts: Any) -> None:
    """Tell all who asked. Facts are JSON."""
    for listener in _listeners.get(name, {}).values():
        listener(**facts)
