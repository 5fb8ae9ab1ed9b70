"""Where an operator is logged in, and the latest attempts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash

from app.accounts import wording
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.factors import devices
from app.operators import queries, rules
from app.operators.keyring import RING
from app.web import menu
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("devices", __name__, template_folder="templates")
menu.register("operator", _l("Urządzenia i logowania"), "devices.index", "phone", 90)


@pages.get("/devices")
def index() -> str:
    who = actor()
    return render(
        "factors/devices.html",
        frame="web/console.html",
        base="/devices",
        back="",
        devices=devices.devices(RING, who, rules.IDLE),
        logins=[(login, wording.outcome(login.outcome)) for login in queries.logins(who)],
    )


@pages.post("/devices/<device>/end")
def end_device(device: str) -> Any:
    devices.end(RING, actor(), device)
    flash(_("To urządzenie zostało wylogowane."), "success")
    return see_other("/devices")


@pages.post("/devices/end-others")
def end_others() -> Any:
    ended = devices.end_others(RING, actor())
    if ended:
        flash(ngettext("Wylogowano %(num)d urządzenie.", "Wylogowano %(num)d urządzeń.", ended), "success")
    else:
        flash(_("Nie było innych zalogowanych urządzeń."), "info")
    return see_other("/devices")
