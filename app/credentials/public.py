"""Typing the code from a printed letter."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, Response, make_response, request

from app.accounts.mails import activation_path
from app.accounts.rules import TooMany
from app.core.errors import Refused
from app.core.language import ngettext
from app.credentials import commands
from app.credentials.forms import CodeForm
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import address

pages = Blueprint("credentials", __name__, template_folder="templates")


@pages.route("/activate", methods=["GET", "POST"])
def code() -> Any:
    form = filled(CodeForm)
    if request.method != "POST":
        return render("credentials/code.html", form=form, error=None)
    if not form.validate():
        return render("credentials/code.html", form=form, error=None), 422
    try:
        secret = commands.redeem(form.login.data or "", form.code.data or "", address())
    except TooMany as refusal:
        minutes = ceil(refusal.retry_after / 60)
        later = ngettext("Spróbuj ponownie za %(num)d minutę.", "Spróbuj ponownie za %(num)d minut.", minutes)
        answer = make_response(
            render("credentials/code.html", form=form, error=f"{refusal.message} {later}"), refusal.status
        )
        answer.headers["Retry-After"] = str(refusal.retry_after)
        return answer
    except Refused as refusal:
        return render("credentials/code.html", form=form, error=refusal.message), refusal.status
    response: Response = make_response(see_other(activation_path(secret)))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
