"""Staff pages of estates (osiedla): a name for some buildings, so that they can be chosen at once."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response
from wtforms import Form, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from app.audience import commands, queries
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/configuration/estates"
pages = Blueprint("estates", __name__, template_folder="templates")
sections.register(
    "configuration", _l("Osiedla"), _l("Grupy budynków, do których piszesz razem"), HOME, 15, needs=Can.CONFIGURE
)


class EstateForm(Form):
    """An estate."""

    name = StringField(_l("Nazwa osiedla"))
    buildings = SelectMultipleField(_l("Budynki"), validate_choice=False)


@pages.get("/configuration/estates")
@needs(Can.CONFIGURE)
def index() -> str:
    labels = dict(queries.buildings(actor()))
    found = [
        (group, ", ".join(labels.get(code, code) for code in group.buildings)) for group in queries.estates(actor())
    ]
    return render("audience/estates.html", estates=found, home=HOME)


@pages.route("/configuration/estates/new", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def new() -> Any:
    return _edited(None)


@pages.route("/configuration/estates/<estate>", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def edit(estate: str) -> Any:
    return _edited(estate)


@pages.post("/configuration/estates/<estate>/delete")
@needs(Can.CONFIGURE)
def delete(estate: str) -> Response:
    commands.delete_estate(actor(), estate)
    flash(_("Osiedle zostało usunięte. Budynki zostały."), "success")
    return see_other(HOME)


def _edited(public_id: str | None) -> Any:
    known = next((group for group in queries.estates(actor()) if group.public_id == public_id), None)
    if public_id and known is None:
        raise NotThere(_("Nie ma takiego osiedla."))
    given = {"name": known.name, "buildings": list(known.buildings)} if known else {}
    form = filled(EstateForm, **given)
    form.buildings.choices = [SelectChoice(code, label) for code, label in queries.buildings(actor())]
    address = f"{HOME}/{quote(public_id)}" if public_id else None
    if request.method == "GET":
        return render("audience/estate.html", form=form, sentence=None, address=address, home=HOME)
    try:
        commands.save_estate(actor(), form.name.data or "", form.buildings.data or (), public_id)
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        page = render("audience/estate.html", form=form, sentence=sentence, address=address, home=HOME)
        return page, refusal.status
    flash(_("Osiedle zostało zapisane."), "success")
    return see_other(HOME)
