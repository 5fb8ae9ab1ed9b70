"""Getting in again after too many attempts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response

from app.accounts import commands, rules
from app.accounts.forms import UnlockCodeForm, UnlockForm
from app.core.errors import Refused
from app.core.language import gettext as _
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import address

pages = Blueprint("unlocking", __name__, template_folder="templates")


@pages.get("/unlock")
def ask() -> str:
    return render("accounts/unlock.html", form=filled(UnlockForm))


@pages.post("/unlock")
def send_code() -> Any:
    form = filled(UnlockForm)
    if not form.validate():
        return render("accounts/unlock.html", form=form), 422
    try:
        commands.ask_unlock(form.identifier.data or "", form.channel.data or "", address())
    except rules.TooMany as refusal:
        form.identifier.errors = [refusal.message]
        return _throttled(render("accounts/unlock.html", form=form), refusal)
    code = UnlockCodeForm(identifier=form.identifier.data)
    return render("accounts/unlock_code.html", form=code, minutes=_minutes())


@pages.post("/unlock/code")
def use_code() -> Any:
    form = filled(UnlockCodeForm)
    if not form.validate():
        return render("accounts/unlock_code.html", form=form, minutes=_minutes()), 422
    try:
        commands.use_unlock(form.identifier.data or "", form.code.data or "", address())
    except rules.TooMany as refusal:
        form.code.errors = [refusal.message]
        return _throttled(render("accounts/unlock_code.html", form=form, minutes=_minutes()), refusal)
    except Refused as refusal:
        refuse(form, refusal)
        return render("accounts/unlock_code.html", form=form, minutes=_minutes()), refusal.status
    flash(_("Logowanie jest odblokowane. Możesz spróbować ponownie."), "success")
    return see_other("/login")


def _minutes() -> int:
    return int(rules.LIVES["unlock"].total_seconds()) // 60


def _throttled(page: str, refusal: rules.TooMany) -> Any:
    response = make_response(page, refusal.status)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response
