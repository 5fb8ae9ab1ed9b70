"""The tabs of Media, of residents and of staff: each module of pages registers its own, nobody keeps a list.

`tabs.register("/media/settlements", _l("Rozliczenia liczników"), 20, pages.name, MINE)`, where `pages` is the module's
blueprint and `MINE` a condition in SQL by which it has something to show of the unit whose code is `h.unit_code`;
`tabs.register_staff("/admin/media/settlements", _l("Rozliczenia"), 40, pages.name, Can.SEE_METERS)`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import request
from sqlalchemy import TextClause, text

from app.accounts.queries.titles import HELD_UNITS
from app.accounts.switching import Choice, Switch
from app.core.actor import Actor, Can
from app.core.clock import today
from app.web import menu
from tenants import reading
from tenants.bound import current

MODULE, OFFICE = "media", "media_office"
FIRST, STAFF_FIRST = "/media/meters", "/admin/media"
KEPT_SECONDS, MOST_KEPT = 60, 20_000


@dataclass(frozen=True, slots=True)
class Tab:
    """A page, its lazy `label` and its place in the `order`; `has` is the condition by which it has anything."""

    path: str
    label: Any
    order: int
    has: str = ""
    needs: Can | None = None


_tabs: dict[str, Tab] = {}
_staff: dict[str, Tab] = {}
_kept: dict[tuple[int, int], tuple[float, bool]] = {}


def register(path: str, label: Any, order: int, pages: str, has: str = "false") -> None:
    """Add the tab of the residents' page at `path`; `pages` is the name of its blueprint."""
    _tabs[path] = Tab(path, label, order, has)
    _has_something.cache_clear()
    menu.pages_of(MODULE, f"resident.{pages}")


def register_staff(path: str, label: Any, order: int, pages: str, needs: Can) -> None:
    """Add the tab of the staff's page at `path`; the item of the menu leads to the first."""
    _staff[path] = Tab(path, label, order, needs=needs)
    menu.pages_of(OFFICE, f"staff.{pages}")


def row(chosen: Switch) -> list[Choice]:
    """The residents' tabs, for the unit that a page is about; a page below a tab's address belongs to that tab."""
    here = _here(_tabs)
    return [
        Choice(tab.path, str(tab.label), chosen.address(tab.path), tab.path == here)
        for tab in sorted(_tabs.values(), key=lambda tab: (tab.order, tab.path))
    ]


def staff_row(actor: Actor) -> list[Choice]:
    """The staff's tabs that the actor may open."""
    here = _here(_staff)
    return [
        Choice(tab.path, str(tab.label), tab.path, tab.path == here)
        for tab in sorted(_staff.values(), key=lambda tab: (tab.order, tab.path))
        if tab.needs is None or actor.may(tab.needs)
    ]


def something(actor: Actor) -> bool:
    """Whether any of the residents' tabs has something to show of any unit of the actor's.

    Every page of the portal asks: the answer is up to a minute old, except on these pages themselves.
    """
    if actor.account_id is None:
        return False
    key = (current().id, actor.account_id)
    kept = _kept.get(key)
    if kept is not None and time.monotonic() < kept[0] and not request.path.startswith("/media"):
        return kept[1]
    values = {"account": actor.account_id, "person": actor.person_code, "today": today()}
    found = bool(reading.rows(_has_something(), values)[0][0])
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (time.monotonic() + KEPT_SECONDS, found)
    return found


@cache
def _has_something() -> TextClause:
    any_of = " OR ".join(tab.has for tab in _tabs.values()) or "false"
    return text(f"SELECT EXISTS (SELECT 1 FROM ({HELD_UNITS}) AS h WHERE {any_of})")


def _here(registered: dict[str, Tab]) -> str:
    return max((path for path in registered if _is_below(request.path, path)), key=len, default=request.path)


def _is_below(page: str, path: str) -> bool:
    return page == path or page.startswith((f"{path}/", f"{path}."))
