"""Residents who resigned, for the office: who waits, and closing their accounts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.accounts.commands import leaving
from app.accounts.queries import resigned
from app.core.actor import Can
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import page_number
from app.web.audiences import needs
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/resignations"
pages = Blueprint("resignations", __name__, template_folder="templates")


@pages.get("/resignations")
@needs(Can.MANAGE_ACCOUNTS)
def index() -> str:
    found = resigned.resignations(actor(), page_number(request.args.get("page")))
    return render("accounts/resignations.html", page=found, page_url=f"{HOME}?page=")


@pages.post("/resignations/<resignation>/close")
@needs(Can.MANAGE_ACCOUNTS)
def close(resignation: str) -> Any:
    try:
        account = leaving.close_asked(actor(), resignation)
    except NotThere:
        raise
    except Conflict as refusal:
        flash(refusal.message, "warning")
        return see_other(HOME)
    except Refused as refusal:
        flash(refusal.message, "error")
        return see_other(HOME)
    flash(_("Konto %(login)s zostało zamknięte.", login=account.login), "success")
    return see_other(HOME)
