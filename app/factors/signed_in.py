"""One's own second factor, devices and logins."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash

from app.accounts import wording
from app.core.actor import Actor
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.factors import accounts, devices, queries
from app.factors.entering import home
from app.factors.places import Place, add_enrolment, add_keeping
from app.web import menu, sections
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("factors", __name__, template_folder="templates")
sections.register(
    "settings",
    _l("Logowanie dwuetapowe"),
    _l("Aplikacja z kodami, klucze dostępu, kody zapasowe"),
    "/settings/factors",
    40,
)
sections.register(
    "settings",
    _l("Urządzenia i logowania"),
    _l("Zalogowane urządzenia i ostatnie logowania"),
    "/settings/devices",
    50,
)


def frame(who: Actor) -> str:
    return str(menu.frame(who))


FACTORS = Place(accounts.RING, "/settings/factors", frame, accounts.handle, home, back="/settings")
add_enrolment(pages, FACTORS)
add_keeping(pages, FACTORS)


@pages.get("/settings/devices")
def my_devices() -> str:
    who = actor()
    return render(
        "factors/devices.html",
        frame=frame(who),
        base="/settings/devices",
        back="/settings",
        devices=devices.devices(accounts.RING, who, queries.idle(who)),
        logins=[(login, wording.outcome(login.outcome)) for login in queries.logins(who)],
    )


@pages.post("/settings/devices/<device>/end")
def end_device(device: str) -> Any:
    devices.end(accounts.RING, actor(), device)
    flash(_("To urządzenie zostało wylogowane."), "success")
    return see_other("/settings/devices")


@pages.post("/settings/devices/end-others")
def end_others() -> Any:
    ended = devices.end_others(accounts.RING, actor())
    if ended:
        flash(ngettext("Wylogowano %(num)d urządzenie.", "Wylogowano %(num)d urządzeń.", ended), "success")
    else:
        flash(_("Nie było innych zalogowanych urządzeń."), "info")
    return see_other("/settings/devices")
