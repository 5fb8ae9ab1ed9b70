"""The hub: all pages of the manager's configuration, whichever feature they belong to."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Can
from app.core.language import lazy_gettext as _l
from app.web import menu
from app.web.audiences import needs
from app.web.pages import render
from app.web.sections import sections
from app.web.visitor import actor

HOME = "/admin/configuration"
pages = Blueprint("office", __name__, template_folder="../templates")
menu.register("staff", _l("Ustawienia portalu"), "office.index", "settings", 90, needs=Can.CONFIGURE)


@pages.get("/configuration")
@needs(Can.CONFIGURE)
def index() -> str:
    return render("office/hub.html", sections=sections("configuration", actor()))
