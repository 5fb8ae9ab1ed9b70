"""What the contact page says: hours, people, numbers. For those who configure the portal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.contact import commands, queries
from app.contact.forms import EntryForm, HoursForm
from app.contact.rules import KINDS, LENGTHS, WEEKDAYS, OfficeHours
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import settings
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/configuration/contact"
pages = Blueprint("contact", __name__, template_folder="templates")
sections.register(
    "configuration",
    _l("Kontakt"),
    _l("Godziny otwarcia, ludzie i ich sprawy, telefony alarmowe, także dla wybranych budynków"),
    HOME,
    12,
    needs=Can.CONFIGURE,
)


@pages.get("/configuration/contact")
@needs(Can.CONFIGURE)
def index() -> str:
    hours = settings.fresh(OfficeHours)
    week = list(zip(WEEKDAYS, hours.days, strict=False)) if hours.known else []
    return render("contact/staff.html", groups=queries.listed(actor()), names=KINDS, week=week, home=HOME)


@pages.route("/configuration/contact/hours", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def hours() -> Any:
    days = settings.fresh(OfficeHours).days
    form = filled(HoursForm, **{f"day{at}": day for at, day in enumerate(days)})
    if request.method != "POST":
        return render("contact/hours.html", form=form, home=HOME)
    try:
        commands.set_hours(actor(), [form[f"day{at}"].data or "" for at in range(7)])
    except Refused as refusal:
        return render("contact/hours.html", form=form, home=HOME, sentence=refuse(form, refusal)), 422
    flash(_("Zapisano godziny otwarcia."), "success")
    return see_other(HOME)


@pages.route("/configuration/contact/new", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def new() -> Any:
    kind = request.args.get("kind", "")
    if kind not in KINDS:
        raise NotThere("")
    return _edit(kind, None, {"open": True})


@pages.route("/configuration/contact/<contact_entry>", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def edit(contact_entry: str) -> Any:
    row = queries.row(actor(), contact_entry)
    return _edit(row.kind, contact_entry, {name: getattr(row, name) for name in (*LENGTHS, "buildings", "open")})


@pages.post("/configuration/contact/<contact_entry>/remove")
@needs(Can.CONFIGURE)
def remove(contact_entry: str) -> Any:
    commands.remove(actor(), contact_entry)
    flash(_("Wpis został usunięty."), "success")
    return see_other(HOME)


@pages.post("/configuration/contact/<contact_entry>/move")
@needs(Can.CONFIGURE)
def move(contact_entry: str) -> Any:
    commands.move(actor(), contact_entry, up=request.form.get("way") == "up")
    return see_other(f"{HOME}#list")


def _edit(kind: str, entry: str | None, values: dict[str, Any]) -> Any:
    form = filled(EntryForm, **values)
    form.buildings.choices = queries.buildings(actor())
    around = {"form": form, "kind": kind, "label": KINDS[kind], "entry": entry, "home": HOME}
    if request.method != "POST":
        return render("contact/edit.html", **around)
    try:
        typed = {field: form[field].data for field in LENGTHS}
        codes = form.buildings.data or []
        commands.save(actor(), kind, typed, codes, open_to_all=bool(form.open.data), public_id=entry)
    except Refused as refusal:
        if isinstance(refusal, NotThere):
            raise
        return render("contact/edit.html", **around, sentence=refuse(form, refusal)), 422
    flash(_("Zapisano wpis na stronie kontaktu."), "success")
    return see_other(HOME)
