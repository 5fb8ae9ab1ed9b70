"""Who the manager is, and how the portal as a whole behaves."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import DEFAULT
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import commands, portal, rules
from app.office.forms import OfficeForm, PortalForm
from app.office.queries import fresh_profile
from app.office.staff.hub import HOME, pages
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

FIELDS = (
    "name", "short_name", "kind", "street_line", "city_line", "phone", "email", "emergency", "hours", "bank_account",
    "nip",
)  # fmt: skip
sections.register(
    "configuration", _l("Dane zarządcy"), _l("Nazwa, adres, kontakt, godziny pracy i rachunek bankowy"),
    f"{HOME}/office", 10, needs=Can.CONFIGURE,
)  # fmt: skip
sections.register(
    "configuration", _l("Języki i odświeżanie danych"),
    _l("Języki do wyboru i godzina, o której przychodzą nowe dane"), f"{HOME}/portal", 55, needs=Can.CONFIGURE,
)  # fmt: skip


@pages.route("/configuration/office", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def office() -> Any:
    found = fresh_profile()
    values = {field: getattr(found, field) for field in FIELDS}
    if values["short_name"] == rules.short_name(found.name):
        values["short_name"] = ""  # it follows from the name
    form = filled(OfficeForm, **values)
    if request.method != "POST":
        return render("office/office.html", form=form, derived=rules.short_name(found.name))
    sentence = None
    if form.validate():
        try:
            commands.update_profile(actor(), **{field: form[field].data for field in FIELDS})
            flash(_("Zapisano dane zarządcy."), "success")
            return see_other(f"{HOME}/office")
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("office/office.html", form=form, derived=rules.short_name(found.name), sentence=sentence), 422


@pages.route("/configuration/portal", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def portal_rules() -> Any:
    found = fresh_profile()
    hour = "" if found.nightly_hour is None else str(found.nightly_hour)
    offered = [code for code in found.languages if code != DEFAULT]
    form = filled(PortalForm, offered=offered, hour=hour)
    if request.method != "POST":
        return render("office/portal.html", form=form)
    sentence = None
    if form.validate():
        try:
            portal.write_portal(actor(), form.offered.data or [], form.hour.data)
            flash(_("Zapisano ustawienia portalu."), "success")
            return see_other(f"{HOME}/portal")
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("office/portal.html", form=form, sentence=sentence), 422
