"""Adres portalu: which of the manager's addresses links in letters lead to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash
from wtforms import Form, RadioField
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.runtime import settings
from app.domains import commands, queries
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor
from tenants.bound import current

pages = Blueprint("domains", __name__, template_folder="templates")
HOME = "/admin/address"
sections.register(
    "configuration", _l("Adres portalu"), _l("Własna domena i to, dokąd prowadzą linki w listach."), HOME, 126,
    needs=Can.MANAGE_STAFF,
)  # fmt: skip


class AddressForm(Form):
    host = RadioField(_l("Linki w listach i powiadomieniach prowadzą do"), validate_choice=False)


@pages.get("/address")
@needs(Can.MANAGE_STAFF)
def show() -> str:
    return _page(filled(AddressForm))


@pages.post("/address")
@needs(Can.MANAGE_STAFF)
def choose() -> Any:
    form = filled(AddressForm)
    try:
        commands.choose(actor(), form.host.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _page(form, refuse(form, refusal)), refusal.status
    flash(_("Zapisane. Nowe listy prowadzą już pod ten adres."), "success")
    return see_other(HOME)


def _page(form: AddressForm, error: str | None = None) -> str:
    found = queries.claims(actor(), current().id)
    active = [one for one in found if one.active]
    form.host.choices = [
        SelectChoice("", f"{current().slug}.{settings().base_hostname}"),
        *(SelectChoice(one.host, one.host) for one in active),
    ]
    if not form.errors:
        form.host.data = next((one.host for one in active if one.main), "")
    return render(
        "domains/address.html", form=form, error=error, waiting=[one for one in found if one.ends_on or not one.active],
    )  # fmt: skip
