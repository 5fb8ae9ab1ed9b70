"""The manager's defaults: which channels are offered, what is on for who never chose, and what nobody may decline."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.notifications import commands, kinds, queries
from app.web import sections
from app.web.audiences import needs
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/configuration/notifications"
pages = Blueprint("notifications", __name__, template_folder="templates")
sections.register(
    "configuration",
    _l("Powiadomienia"),
    _l("O czym portal pisze do mieszkańców, zanim sami coś wybiorą."),
    HOME,
    90,
    needs=Can.CONFIGURE,
)


@pages.get("/configuration/notifications")
@needs(Can.CONFIGURE)
def configuration() -> str:
    return _page()


@pages.post("/configuration/notifications")
@needs(Can.CONFIGURE)
def configure() -> Any:
    """Set the rules of the kinds that the form has shown."""
    shown = [name for name in request.form.getlist("shown") if kinds.known(name)]
    if not shown:
        return _page(), 422
    try:
        commands.configure(
            actor(),
            sms="sms" in request.form,
            forced=[name for name in shown if f"forced:{name}" in request.form],
            defaults={name: request.form.getlist(f"default:{name}") for name in shown},
            daily=[name for name in request.form.getlist("daily") if name in shown],
            hour=request.form.get("hour"),
        )
    except Refused as refusal:
        if refusal.field != "hour":
            raise
        return _page(hour=request.form.get("hour", ""), hour_error=refusal.message), 422
    flash(_("Zasady powiadomień zostały zapisane."), "success")
    return see_other(HOME)


def _page(**values: Any) -> str:
    who = actor()
    found: dict[str, Any] = {"lines": queries.lines(who), "sms": queries.sms_offered(who)}
    found |= {"hour": queries.daily_hour(who), "hour_error": None}
    return render("notifications/configuration.html", **(found | values))
