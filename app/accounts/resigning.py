"""Rezygnacja: a resident asks the office to close the account, and may think better of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response
from wtforms import Form, PasswordField, TextAreaField

from app.accounts import rules
from app.accounts.commands import leaving
from app.accounts.queries import resigned
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.web import sections
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HERE = "/settings/resign"
pages = Blueprint("resigning", __name__, template_folder="templates")
sections.register(
    "settings",
    _l("Rezygnacja z konta"),
    _l("Możesz zrezygnować w każdej chwili, bez opłat."),
    HERE,
    70,
    audience="resident",
)


class ResignForm(Form):
    reason = TextAreaField(_l("Dlaczego rezygnujesz?"))
    password = PasswordField(_l("Hasło"))


@pages.get(HERE)
def resign() -> str:
    return _page(ResignForm())


@pages.post(HERE)
def ask() -> Any:
    form = filled(ResignForm)
    try:
        leaving.ask(actor(), form.password.data or "", form.reason.data or "")
    except NotThere:
        raise
    except rules.Busy:
        raise
    except Refused as refusal:
        response = make_response(_page(form, refuse(form, refusal)), refusal.status)
        if isinstance(refusal, rules.TooMany):
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    flash(_("Przyjęliśmy Twoją rezygnację. Biuro zamknie konto."), "success")
    return see_other(HERE)


@pages.post(f"{HERE}/withdraw")
def withdraw() -> Any:
    leaving.withdraw(actor())
    flash(_("Rezygnacja została wycofana."), "success")
    return see_other(HERE)


def _page(form: ResignForm, sentence: str | None = None) -> str:
    return render("accounts/resign.html", form=form, sentence=sentence, asked_at=resigned.asked_at(actor()))
