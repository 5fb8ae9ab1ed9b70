"""Powiadomienia: what one is told of, and by which channel."""

from __future__ import annotations

from flask import Blueprint, flash, request
from werkzeug.wrappers import Response

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.notifications import commands, queries
from app.notifications.commands import Choice
from app.web import sections
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/settings/notifications"
AFTER_WELCOME = "/welcome/done"
pages = Blueprint("notifications", __name__, template_folder="templates")
sections.register(
    "settings",
    _l("Powiadomienia"),
    _l("Co wysyłamy Ci e-mailem, a czego nie."),
    HOME,
    30,
    shown=queries.may_choose,
)


@pages.get("/settings/notifications")
def mine() -> str:
    """What is on and off; with `edit` or, in the first login, with `welcome` the form that changes it."""
    template = "edit" if "edit" in request.args or _is_welcome() else "mine"
    return render(f"notifications/{template}.html", overview=queries.overview(actor()), welcome=_is_welcome())


@pages.post("/settings/notifications")
def save() -> Response:
    """Set what the form has shown; what it has not shown stays as it is."""
    commands.choose(actor(), _choices("shown"), _choices("choice"))
    if _is_welcome():
        return see_other(AFTER_WELCOME)
    flash(_("Powiadomienia zostały zapisane."), "success")
    return see_other(HOME)


def _choices(field: str) -> set[Choice]:
    named = (value.partition(":") for value in request.form.getlist(field))
    return {(kind, channel) for kind, colon, channel in named if colon}


def _is_welcome() -> bool:
    return request.args.get("welcome") == "1"
