"""Moje dane: to whom invoices go, where the site is and how to get there. Read, edited, printed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, flash, make_response, request

from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works import card, commands, queries
from app.works.access import Place, place
from app.works.forms import DataForm
from app.works.frame import framed
from app.works.models import WorksSite
from app.works.rules import Right

pages = Blueprint("data", __name__, template_folder="templates")
FIELDS = (
    "name", "about", "starts_on", "ends_on", "street", "postcode", "city", "directions",
    "invoice_name", "invoice_nip", "invoice_address", "invoice_email",
)  # fmt: skip
MAP = "https://www.openstreetmap.org/search?query="


@pages.get("/<site>/data")
def show(site: str) -> str:
    here = place(actor(), site)
    found = queries.site(actor(), here)
    where = card.address_line(found)
    return framed(
        "works/data.html",
        here,
        data=found,
        where=where,
        map_url=MAP + quote(where) if where else None,
        members=queries.members(actor(), here),
        may_change=here.may(Right.MANAGE) and here.is_open,
    )


@pages.route("/<site>/data/edit", methods=["GET", "POST"])
def edit(site: str) -> Any:
    here = place(actor(), site)
    here.need(Right.MANAGE)
    found = queries.site(actor(), here)
    form = filled(DataForm, **_values(found))
    if request.method != "POST":
        return _page(here, form)
    if not form.validate():
        return _page(here, form), 422
    version = form.version.data or ""
    try:
        typed = {name: form[name].data for name in FIELDS}
        number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
        commands.change_data(actor(), here, typed, number)
    except NotThere:
        raise
    except Conflict as refusal:
        return _page(here, DataForm(**_values(queries.site(actor(), here))), refusal.message), refusal.status
    except Refused as refusal:
        return _page(here, form, refuse(form, refusal)), refusal.status
    flash(_("Zapisano dane budowy."), "success")
    return see_other(f"{here.url}/data")


@pages.get("/<site>/data/card.pdf")
def printed(site: str) -> Response:
    here = place(actor(), site)
    response = make_response(card.paper(actor(), here))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = "inline; filename=budowa.pdf"
    return response


def _values(found: WorksSite) -> dict[str, Any]:
    return {"version": str(found.version), **{name: getattr(found, name) for name in FIELDS}}


def _page(here: Place, form: DataForm, sentence: str | None = None) -> str:
    return framed("works/data_edit.html", here, form=form, sentence=sentence)
