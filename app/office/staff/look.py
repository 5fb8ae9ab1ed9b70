"""The manager's colour and logo."""

from __future__ import annotations

from typing import Any

from flask import flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import colours, commands, logo
from app.office.forms import ColourForm, LogoForm
from app.office.queries import fresh_profile
from app.office.staff.hub import HOME, pages
from app.web import sections
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

sections.register(
    "configuration", _l("Wygląd"), _l("Logo i kolor na stronach, w wiadomościach i na wydrukach"), f"{HOME}/look", 20,
    needs=Can.CONFIGURE,
)  # fmt: skip


@pages.get("/configuration/look")
@needs(Can.CONFIGURE)
def look() -> str:
    return _page()


@pages.post("/configuration/look")
@needs(Can.CONFIGURE)
def set_colour() -> Any:
    form = filled(ColourForm)
    try:
        # The picker only counts when it was moved: browsers without it, and people who type, use the field.
        picked, shown = request.form.get("picked", ""), request.form.get("shown", "")
        typed = form.accent.data or ""
        chosen = picked if picked and picked.lower() != shown.lower() and typed.lower() == shown.lower() else typed
        commands.update_profile(actor(), accent=chosen)
    except Refused as refusal:
        refuse(form, refusal)
        return _page(colour=form), refusal.status
    flash(_("Zapisano kolor. Już go widzisz."), "success")
    return see_other(f"{HOME}/look")


@accepts_upload(6)
@pages.post("/configuration/look/logo")
@needs(Can.CONFIGURE)
def receive_logo() -> Any:
    form = filled(LogoForm)
    upload = request.files.get("logo")
    try:
        if upload is None or not upload.filename:
            raise Refused(_("Wybierz plik z logo."), field="logo")
        logo.set_logo(actor(), upload.stream.read(logo.LARGEST + 1))
    except Refused as refusal:
        refuse(form, refusal)
        return _page(picture=form), refusal.status
    flash(_("Zapisano logo. Widzisz je na górze strony."), "success")
    return see_other(f"{HOME}/look")


@pages.post("/configuration/look/logo/remove")
@needs(Can.CONFIGURE)
def remove_logo() -> Any:
    logo.remove_logo(actor())
    flash(_("Usunięto logo."), "success")
    return see_other(f"{HOME}/look")


def _page(colour: ColourForm | None = None, picture: LogoForm | None = None) -> str:
    found = fresh_profile()
    return render(
        "office/look.html",
        colour=colour or ColourForm(accent=found.accent),
        picture=picture or LogoForm(),
        accent=found.accent,
        logo_path=found.logo_path,
        pairs=colours.pairs(found.accent),
    )
