"""The office's list of building sites. Whatever happens on a site happens in its own zone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import lazy_gettext as _l
from app.estate.queries import buildings
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor
from app.works import commands, queries
from app.works.forms import SiteForm

pages = Blueprint("works_sites", __name__, template_folder="templates")
menu.register("staff", _l("Budowy"), "works_sites.index", "estate", 50, needs=Can.SEE_WORKS)


@pages.get("/works")
@needs(Can.SEE_WORKS)
def index() -> str:
    names = dict(buildings(actor()))
    return render("works/staff.html", sites=queries.sites(actor()), names=names, may_open=actor().may(Can.MANAGE_WORKS))


@pages.route("/works/new", methods=["GET", "POST"])
@needs(Can.MANAGE_WORKS)
def new() -> Any:
    form = filled(SiteForm)
    form.buildings.choices = [SelectChoice(code, label) for code, label in buildings(actor())]
    if request.method != "POST":
        return render("works/new.html", form=form, sentence=None)
    try:
        site = commands.open_site(actor(), form.name.data or "", form.buildings.data or [])
    except NotThere:
        raise
    except Refused as refusal:
        return render("works/new.html", form=form, sentence=refuse(form, refusal)), refusal.status
    return see_other(f"/works/{site.public_id}/settings/members/new")
