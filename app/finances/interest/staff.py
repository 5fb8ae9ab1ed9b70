"""Wstrzymanie odsetek: on which documents no interest is reckoned, why, and until when."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, request

from app.core.actor import Can
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.finances.interest import holding
from app.finances.interest.forms import HoldForm
from app.finances.interest.queries import arrears_of_unit, holds
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/interest"
pages = Blueprint("interest", __name__, template_folder="../templates")
menu.register("staff", _l("Odsetki"), "interest.index", "clock", 36, needs=Can.HOLD_INTEREST)


@pages.get("/interest")
@needs(Can.HOLD_INTEREST)
def index() -> Any:
    code = request.args.get("unit", "").strip()
    if not code:
        return _list()
    try:
        return _unit_page(code, filled(HoldForm))
    except NotThere as refusal:
        return _list(code, refusal.message), 404


@pages.post("/interest")
@needs(Can.HOLD_INTEREST)
def hold() -> Any:
    code = request.args.get("unit", "").strip()
    form = filled(HoldForm)
    try:
        holding.hold(actor(), code, form.entry.data or "", form.reason.data or "", form.until.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _unit_page(code, form, refuse(form, refusal)), refusal.status
    flash(_("Wstrzymano odsetki od tego dokumentu."), "success")
    return see_other(f"{HOME}?{urlencode({'unit': code})}")


@pages.post("/interest/<interest_hold>/withdraw")
@needs(Can.HOLD_INTEREST)
def withdraw(interest_hold: str) -> Any:
    code = holding.withdraw(actor(), interest_hold)
    flash(_("Cofnięto wstrzymanie. Odsetki liczymy tak, jakby go nie było."), "success")
    return see_other(f"{HOME}?{urlencode({'unit': code})}")


def _list(asked: str = "", refusal: str | None = None) -> str:
    return render(
        "finances/interest_holds.html",
        page=holds(actor(), page_number(request.args.get("page"))),
        page_url=f"{HOME}?page=",
        asked=asked[:60],
        refusal=refusal,
    )


def _unit_page(code: str, form: HoldForm, sentence: str | None = None) -> str:
    found = arrears_of_unit(actor(), code, today())
    lines = (*found.unpaid, *found.coming, *found.paid_late)
    return render("finances/interest_unit.html", code=code, arrears=found, lines=lines, form=form, sentence=sentence)
