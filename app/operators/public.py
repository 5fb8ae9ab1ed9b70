"""The console's login."""

from __future__ import annotations

from math import ceil

from flask import Blueprint, Response, make_response, request

from app.accounts.rules import TooMany
from app.core.errors import Refused
from app.operators import commands, queries
from app.operators.forms import LoginForm
from app.web import sessions
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import address, agent, maybe_actor
from tenants.http import CONSOLE

pages = Blueprint("operators", __name__, template_folder="templates")
sessions.install_loader(CONSOLE, lambda secret: queries.session_of(secret, address()), queries.touch)


@pages.route("/login", methods=["GET", "POST"])
def login() -> Response:
    form = filled(LoginForm)
    if request.method != "POST":
        return make_response(see_other("/tenants") if maybe_actor() else _page(form))
    if not form.validate():
        return make_response(_page(form, " ".join(str(field.errors[0]) for field in form if field.errors)), 422)
    try:
        secret = commands.log_in(form.email.data or "", form.password.data or "", address(), agent())
    except TooMany as refusal:
        response = make_response(_page(form, refusal.message, ceil(refusal.retry_after / 60)), refusal.status)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    except Refused as refusal:
        return make_response(_page(form, refusal.message), refusal.status)
    response = make_response(see_other("/tenants"))
    sessions.set_cookie(response, secret)
    return response


def _page(form: LoginForm, error: str | None = None, throttled_minutes: int | None = None) -> str:
    return render("operators/login.html", form=form, error=error, throttled_minutes=throttled_minutes)
