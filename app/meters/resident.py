"""Ewidencja liczników: a unit's meters by place, with their readings and what was used."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint

from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.meters import story, tabs
from app.meters.frame import frame
from app.meters.queries import register, windows
from app.meters.rules import SETTLED
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

METERS = "/media/meters"
pages = Blueprint("meters", __name__, template_folder="templates")
menu.register("resident", _l("Media"), "meters.index", "meter", 30, module=tabs.MODULE, shown=tabs.something)
tabs.register(
    METERS,
    _l("Ewidencja liczników"),
    10,
    pages.name,
    "EXISTS (SELECT 1 FROM meters m WHERE m.unit_code = h.unit_code AND m.until_revision IS NULL)",
)


@pages.get(METERS)
def index() -> str:
    unit, around = frame()
    if unit is None:
        return render("meters/meters.html", **around)
    since = register.held_since(actor(), unit, today())
    opened = [(one, windows.told(one.id, unit.code, since=since)) for one in windows.open_for(actor(), unit, today())]
    medians = register.medians(actor(), unit, today() - timedelta(days=430))
    return render(
        "meters/meters.html",
        **around,
        opened=opened,
        media=story.told(register.places(actor(), unit, today()), medians, today()),
        lacking=[str(SETTLED[medium]) for medium in register.lacking(actor(), unit) if medium in SETTLED],
    )
