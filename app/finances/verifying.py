"""The page on which whoever holds a confirmation of balance checks that it is ours; open to everybody."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, make_response, request

from app.accounts.rules import TooMany
from app.core.errors import Refused
from app.core.language import ngettext
from app.finances import tabs
from app.finances.asking import CodeForm
from app.finances.commands.confirming import verified
from app.finances.confirmations import CHECK, balance_word, part_of
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render
from app.web.visitor import address

pages = Blueprint("finances_verifying", __name__, template_folder="templates")
menu.pages_of(tabs.MODULE, f"public.{pages.name}")


@pages.route(CHECK, methods=["GET", "POST"])
def check() -> Any:
    form = filled(CodeForm)
    if request.method != "POST":
        return render("finances/verify.html", form=form)
    if not form.validate():
        return render("finances/verify.html", form=form), 422
    try:
        found = verified(form.code.data or "", address())
    except TooMany as refusal:
        later = ngettext(
            "Spróbuj ponownie za %(num)d minutę.", "Spróbuj ponownie za %(num)d minut.", ceil(refusal.retry_after / 60)
        )
        response = make_response(
            render("finances/verify.html", form=form, error=f"{refusal.message} {later}"), refusal.status
        )
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    except Refused as refusal:
        refusal.field = "code"
        return render("finances/verify.html", form=form, error=refuse(form, refusal)), refusal.status
    return render(
        "finances/verify.html", form=None, found=found, part=part_of(found.unit_code), word=balance_word(found.balance)
    )
