"""Menus: features register their items, nobody keeps a list."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import request, url_for

from app.core.actor import Actor, Can
from app.core.language import language


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu as a template sees it."""

    label: str
    url: str
    current: bool
    icon: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as a feature registers it. `label` may be lazy; `order` places it; `needs` hides it."""

    audience: str
    label: Any
    endpoint: str
    icon: str
    order: int
    needs: Can | None = None


_entries: dict[str, Entry] = {}


def register(audience: str, label: Any, endpoint: str, icon: str, order: int, needs: Can | None = None) -> None:
    """Add an item; `endpoint` without the audience, such as `finances.payments`."""
    _entries[f"{audience}.{endpoint}"] = Entry(audience, label, endpoint, icon, order, needs)


def items(actor: Actor | None) -> tuple[Item, ...]:
    """The menu of whoever is looking."""
    if actor is None:
        return ()
    audience = "operator" if actor.is_operator else "staff" if actor.is_staff else "resident"
    return _made(audience, actor.can, ".".join((request.endpoint or "").split(".")[:2]), language())


@lru_cache(maxsize=512)
def _made(audience: str, can: frozenset[Can], here: str, _language: str) -> tuple[Item, ...]:
    """The menu of an audience with these rights, on a page of the feature `here`; the same for all of them."""
    shown = [
        (entry.order, name, entry)
        for name, entry in _entries.items()
        if entry.audience == audience and (entry.needs is None or entry.needs in can)
    ]
    return tuple(
        Item(str(entry.label), url_for(name), here == ".".join(name.split(".")[:2]), entry.icon)
        for _order, name, entry in sorted(shown, key=lambda line: line[:2])
    )
