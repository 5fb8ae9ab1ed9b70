"""Odsetki: what delay costs by the law, for information."""

from __future__ import annotations

from flask import Blueprint, request

from app.accounts.holdings import HeldUnit, holdings
from app.core.actor import Actor
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.finances import tabs
from app.finances.frame import frame
from app.finances.interest.queries import arrears, is_late
from app.web.pages import render
from app.web.visitor import actor

PATH = "/payments/interest"
pages = Blueprint("interest", __name__, template_folder="../templates")


def _shown(who: Actor, unit: HeldUnit) -> bool:
    """The tab is there for those who are late, and on the page itself; the first page adds it without asking."""
    if request.path == tabs.FIRST:
        return False
    return request.path == PATH or is_late(who, unit, today())


tabs.register(PATH, _l("Odsetki"), 70, pages.name, shown=_shown)


@pages.get(PATH)
def interest() -> str:
    unit, context = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/interest.html", **context)
    return render("finances/interest.html", **context, arrears=arrears(actor(), unit, today()), today=today())
