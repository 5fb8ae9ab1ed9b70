"""What stands around every page of Media: the unit, the age of the data, the tabs.

A residents' page reads `frame()` and renders a template that extends `meters/frame.html`; a page of staff renders one
that extends `meters/office_frame.html` with `**office_frame()`.
"""

from __future__ import annotations

from typing import Any

from app.accounts import queries as accounts
from app.accounts.holdings import HeldUnit, holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.meters import tabs
from app.web.visitor import actor


def frame() -> tuple[HeldUnit | None, dict[str, Any]]:
    """The unit that the page is about, and the context of `meters/frame.html`; lodgers see theirs as well.

    The unit is None when there is none to show, or no books yet: then the frame says why, and the page has nothing
    to read. Raises `NotThere` for a unit that the actor may not see.
    """
    mine = holdings(actor(), today())
    chosen = switch(mine)
    context: dict[str, Any] = {
        "units": chosen.units,
        "unit": chosen.unit,
        "as_of": mine.as_of,
        "tabs": tabs.row(chosen),
    }
    if chosen.unit is None:
        context["gone"] = accounts.held_before(actor(), today())
    return (chosen.unit if mine.as_of is not None else None), context


def office_frame() -> dict[str, Any]:
    """The context of `meters/office_frame.html`."""
    return {"tabs": tabs.staff_row(actor())}
