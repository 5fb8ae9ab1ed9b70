"""Co się zmieniło: two months of charges side by side, and why they differ, to the grosz."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlencode

from flask import Blueprint, request

from app.accounts.holdings import holdings
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.finances import tabs
from app.finances.frame import frame
from app.finances.queries.charges import charges
from app.finances.splitting import compare, held_in, months, preceding, turning_months
from app.web.pages import render
from app.web.visitor import actor

HERE = "/payments/changes"
pages = Blueprint("finances_changes", __name__, template_folder="templates")
tabs.register(HERE, _l("Co się zmieniło"), 50, pages.name, shown=lambda _who, unit: unit.sight.charges)
MOST_TURNS = 12


@pages.get(HERE)
def show() -> str:
    unit, around = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/changes.html", **around)
    known = charges(actor(), unit, unit.since or date.min)
    this = today().replace(day=1)
    offered = months(known, unit.since, this)
    if not offered:
        return render("finances/changes.html", **around, comparison=None, sees=unit.sight.charges)
    turns = turning_months(known, offered[-1], offered[0])
    latest = min(max(this, offered[-1]), offered[0])
    turned = next((month for month in turns if month <= latest), latest)
    after = _asked("to", offered) or latest
    before = _asked("from", offered) or (preceding(turned) if turned > offered[-1] else offered[-1])
    steps = []
    for month in turns[:MOST_TURNS]:
        two = compare(held_in(known, preceding(month)), held_in(known, month))
        query = {"unit": unit.code, "from": f"{preceding(month):%Y-%m}", "to": f"{month:%Y-%m}"}
        steps.append((month, two, f"{HERE}?{urlencode(query)}", (preceding(month), month) == (before, after)))
    return render(
        "finances/changes.html",
        **around,
        sees=True,
        comparison=compare(held_in(known, before), held_in(known, after)),
        before=before,
        after=after,
        months=offered,
        steps=steps,
        more=len(turns) > MOST_TURNS,
        this=this,
    )


def _asked(name: str, offered: list[date]) -> date | None:
    """A month of the address, such as `2026-11`, if it is offered."""
    asked = request.args.get(name, "")
    return next((month for month in offered if f"{month:%Y-%m}" == asked), None)
