"""Menus: features register their items, nobody keeps a list. The manager orders, names and switches off.

An item may belong to a module. One that the manager switched off loses its item, and all pages of the item's
feature are 404. Residents see at most `MOST_ITEMS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from flask import request, url_for

from app.core.actor import Actor, Can
from app.core.language import language

MOST_ITEMS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu as a template sees it. `count` is how much of it is new; 0 shows nothing."""

    label: str
    url: str
    current: bool
    icon: str
    name: str = ""
    count: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One line as a feature registers it. `label` may be lazy; `order` places it; `needs` and `shown` hide it."""

    audience: str
    label: Any
    endpoint: str
    icon: str
    order: int
    needs: Can | None = None
    module: str | None = None
    shown: Callable[[Actor], bool] | None = None
    count: Callable[[Actor], int] | None = None
    also: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return self.endpoint if self.endpoint.startswith("public.") else f"{self.audience}.{self.endpoint}"

    @property
    def feature(self) -> str:
        """The audience and feature whose pages the item stands for, such as `resident.finances`."""
        return _feature(self.name)


@dataclass(frozen=True, slots=True)
class Choices:
    """What a manager chose for its residents: modules in order, those switched off, (module, name) of the renamed."""

    order: tuple[str, ...] = ()
    off: frozenset[str] = frozenset()
    names: tuple[tuple[str, str], ...] = ()


_entries: dict[str, Entry] = {}
_modules: dict[str, str] = {}
_choices: list[Callable[[], Choices]] = []


def register(
    audience: str,
    label: Any,
    endpoint: str,
    icon: str,
    order: int,
    needs: Can | None = None,
    module: str | None = None,
    shown: Callable[[Actor], bool] | None = None,
    count: Callable[[Actor], int] | None = None,
    also: tuple[str, ...] = (),
) -> None:
    """Add an item; `endpoint` without the audience, such as `finances.payments`, or that of a public page.

    `module` names what the manager can switch off; `shown` says whether there is anything for this visitor to see,
    `count` how much of it is new; every page asks both.
    `also` names further features on whose pages the item is lit, such as `operator.operators`.
    """
    entry = Entry(audience, label, endpoint, icon, order, needs, module, shown, count, frozenset(also))
    _entries[entry.name] = entry
    if module is not None:
        pages_of(module, entry.feature)


def pages_of(module: str, feature: str) -> None:
    """Say that further pages belong to a module: an audience and feature such as `public.contact`, or one endpoint."""
    _modules[feature] = module


def install_choices(choices: Callable[[], Choices]) -> None:
    """Say who knows what the bound tenant's manager chose."""
    _choices[:] = [choices]


def residents_entries() -> list[Entry]:
    """All items that residents can have, in the order of their registration numbers: what a manager chooses from."""
    found = [entry for entry in _entries.values() if entry.audience == "resident" and entry.module is not None]
    return sorted(found, key=lambda entry: (entry.order, entry.name))


def is_off(endpoint: str | None) -> bool:
    """Whether a page belongs to a module that the bound tenant's manager switched off."""
    if not endpoint:
        return False
    module = _modules.get(endpoint) or _modules.get(_feature(endpoint))
    return module is not None and module in _chosen().off


def items(actor: Actor | None) -> tuple[Item, ...]:
    """The menu of whoever is looking."""
    if actor is None:
        return ()
    audience = actor.audience
    empty = frozenset(
        name
        for name, entry in _entries.items()
        if entry.shown is not None and entry.audience == audience and not entry.shown(actor)
    )
    choices = Choices() if actor.is_operator else _chosen()
    made = _made(audience, actor.can, _feature(request.endpoint or ""), language(), choices, empty)
    return tuple(_counted(item, actor) for item in made)


def frame(actor: Actor | None) -> str | None:
    """The template that frames pages which are the same for all accounts, such as Konfiguracja."""
    return None if actor is None or actor.is_operator else f"web/{actor.audience}.html"


def _counted(item: Item, actor: Actor) -> Item:
    count = _entries[item.name].count
    return item if count is None else replace(item, count=count(actor))


def _chosen() -> Choices:
    return _choices[0]() if _choices else Choices()


def _stands_for(entry: Entry, feature: str) -> bool:
    """Whether an item leads to pages of a feature: its own, or further ones that it names or of its module."""
    of_module = entry.module is not None and _modules.get(feature) == entry.module
    return feature == entry.feature or feature in entry.also or of_module


def _feature(endpoint: str) -> str:
    return ".".join(endpoint.split(".")[:2])


@lru_cache(maxsize=1024)
def _made(
    audience: str, can: frozenset[Can], here: str, _language: str, choices: Choices, empty: frozenset[str]
) -> tuple[Item, ...]:
    """The menu of an audience with these rights, on a page of the feature `here`; the same for all of them."""
    own = audience == "resident"  # staff's items keep their names and places
    names = dict(choices.names) if own else {}
    places = {module: place for place, module in enumerate(choices.order)} if own else {}
    shown = [
        entry
        for name, entry in _entries.items()
        if entry.audience == audience
        and (entry.needs is None or entry.needs in can)
        and name not in empty
        and entry.module not in choices.off
    ]
    shown.sort(key=lambda entry: (places.get(entry.module or "", len(places)), entry.order, entry.name))
    return tuple(
        Item(
            names.get(entry.module or "") or str(entry.label),
            url_for(entry.name),
            _stands_for(entry, here),
            entry.icon,
            entry.name,
        )
        for entry in (shown[:MOST_ITEMS] if own else shown)
    )
