"""What stands around every page of Rachunki i płatności: the unit, the age of the data, the tabs.

A page reads `frame(holdings(actor(), today()))` and renders a template that extends `finances/frame.html`.
"""

from __future__ import annotations

from typing import Any

from app.accounts import queries as accounts
from app.accounts.holdings import HeldUnit, Holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.finances import tabs
from app.web.visitor import actor


def frame(mine: Holdings) -> tuple[HeldUnit | None, dict[str, Any]]:
    """The unit that the page is about, and the context of `finances/frame.html`; units of others' debts are not there.

    The unit is None when there is none to show, or no books yet: then the frame says why, and the page has nothing
    to read. Raises `NotThere` for a unit that the actor does not settle for.
    """
    chosen = switch(mine.settled())
    context: dict[str, Any] = {
        "units": chosen.units,
        "unit": chosen.unit,
        "as_of": mine.as_of,
        "tabs": tabs.row(chosen),
    }
    if chosen.unit is None:
        context |= {"lodges": bool(mine.units), "gone": not mine.units and accounts.held_before(actor(), today())}
    return (chosen.unit if mine.as_of is not None else None), context
