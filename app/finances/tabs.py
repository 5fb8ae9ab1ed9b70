"""The tabs of Rachunki i płatności: each module of pages registers its own, nobody keeps a list.

`tabs.register("/payments/proof", _l("Dowód salda"), 40, pages.name)`, where `pages` is the module's blueprint.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from flask import request

from app.accounts.holdings import HeldUnit
from app.accounts.switching import Choice, Switch
from app.core.actor import Actor
from app.web import menu
from app.web.visitor import actor

MODULE = "payments"
FIRST = "/payments"


@dataclass(frozen=True, slots=True)
class Tab:
    """A page, its lazy `label`, its place in the `order`; `shown` says whether there is anything to see of a unit."""

    path: str
    label: Any
    order: int
    shown: Callable[[Actor, HeldUnit], bool] | None = None


_tabs: dict[str, Tab] = {}


def register(
    path: str, label: Any, order: int, pages: str, shown: Callable[[Actor, HeldUnit], bool] | None = None
) -> None:
    """Add the tab of the page at `path`, such as `/payments/proof`; `pages` is the name of its blueprint.

    The blueprint's pages belong to the module that the manager can switch off. `shown` is asked on each page with
    these tabs, also on the one that residents open most: it may not ask the database there.
    """
    _tabs[path] = Tab(path, label, order, shown)
    menu.pages_of(MODULE, f"resident.{pages}")


def row(chosen: Switch) -> list[Choice]:
    """The links for the unit that a page is about; a page below a tab's address belongs to that tab."""
    here = max((path for path in _tabs if _is_below(request.path, path)), key=len, default=request.path)
    return [
        Choice(tab.path, str(tab.label), chosen.address(tab.path), tab.path == here)
        for tab in sorted(_tabs.values(), key=lambda tab: (tab.order, tab.path))
        if tab.shown is None or (chosen.unit is not None and tab.shown(actor(), chosen.unit))
    ]


def also(links: list[Choice], path: str, unit: HeldUnit) -> list[Choice]:
    """The links and one more, for a page that has found out for itself that the tab at `path` has something to show."""
    tab = _tabs.get(path)
    more = [Choice(path, str(tab.label), f"{path}?unit={quote_plus(unit.code)}", False)] if tab else []
    return [*links, *more]


def paths() -> frozenset[str]:
    """The addresses of all tabs, so that a page leads only to pages that are there."""
    return frozenset(_tabs)


def _is_below(page: str, path: str) -> bool:
    return page == path or page.startswith((f"{path}/", f"{path}."))
