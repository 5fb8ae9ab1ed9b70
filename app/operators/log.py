"""The platform's own log, for operators."""

from __future__ import annotations

from flask import Blueprint, request

from app.audit.lines import line
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.operators import journal
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("log", __name__, template_folder="templates")
menu.register("operator", _l("Dziennik zmian"), "log.index", "file", 70)


@pages.get("/audit")
def index() -> str:
    found = journal.entries(actor(), page_number(request.args.get("page")))
    page = Page([line(one) for one in found.rows], found.number, found.size, found.total)
    return render("operators/log.html", page=page, page_url="?page=")
