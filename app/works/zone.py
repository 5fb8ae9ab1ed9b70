"""Strefa budowy: the sites that somebody takes part in, and the first page of one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, request

from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.web import menu
from app.web.pages import render, see_other
from app.web.visitor import actor
from app.works import due, queries
from app.works.access import place
from app.works.filing import queries as filing
from app.works.frame import framed

DAYS_AHEAD = 7
pages = Blueprint("zone", __name__, template_folder="templates")
menu.register("works", _l("Moje budowy"), "zone.index", "estate", 10)


@pages.get("/")
def index() -> Any:
    found = queries.sites(actor())
    if len(found) == 1 and actor().is_collaborator:
        return see_other(f"/works/{found[0].public_id}")
    return render("works/index.html", sites=found)


@pages.get("/<site>")
def home(site: str) -> str:
    here = place(actor(), site)
    day = today()
    page = filing.newest(here, page_number(request.args.get("page")))
    return framed("works/home.html", here, page=page, day=day, due=due.due(here, day, day + timedelta(days=DAYS_AHEAD)))


@pages.get("/<site>/history")
def history(site: str) -> str:
    here = place(actor(), site)
    return framed("works/history.html", here, events=queries.history(here))
