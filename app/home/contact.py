"""Kontakt: the manager's data, for everybody, signed in or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from app.accounts.holdings import holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.finances.rules import account_number
from app.office.queries import profile
from app.web import menu
from app.web.pages import render
from app.web.visitor import maybe_actor

pages = Blueprint("contact", __name__, template_folder="templates")
menu.register("resident", _l("Kontakt"), "public.contact.show", "phone", 70, module="contact")


@pages.get("/contact")
def show() -> str:
    who, units = maybe_actor(), []
    if who is not None and who.is_resident and not who.waits_for and not who.must_change_password:
        units = switch(holdings(who, today())).units
    values: dict[str, Any] = {"units": units, "account_number": account_number(profile().bank_account)}
    return render("contact/show.html", **values)
