"""Getting in, and getting back in: what everybody may open."""

from __future__ import annotations

from math import ceil
from typing import Any

from flask import Blueprint, Response, flash, make_response, request, session

from app.accounts import commands, mails, policies, queries, rules
from app.accounts.forms import ForgotForm, LoginForm, NewPasswordForm
from app.accounts.landing import landing
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import language
from app.office import texts
from app.web import sessions
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import address, agent, maybe_actor
from tenants.http import TENANT

pages = Blueprint("accounts", __name__, template_folder="templates")


def _seen(secret: str) -> sessions.Seen | None:
    visit = queries.visitor(secret, address())
    return sessions.Seen(visit.actor, visit.stale) if visit else None


sessions.install_loader(TENANT, _seen, commands.touch, commands.speak)


@pages.get("/login")
def login() -> Any:
    who = maybe_actor()
    if who is not None:
        return see_other(landing(who, request.values.get("next")))
    return _login_page(LoginForm())


@pages.post("/login")
def enter() -> Any:
    form = filled(LoginForm)
    if not form.validate():
        wrong = next(field for field in form if field.errors)
        return _login_page(form, error=str(wrong.errors[0])), 422
    before = maybe_actor()
    try:
        secret = commands.log_in(form.login.data or "", form.password.data or "", address(), agent())
    except rules.TooMany as refusal:
        return _throttled(_login_page(form, throttled_minutes=ceil(refusal.retry_after / 60)), refusal)
    except commands.ChooseFirst as instead:
        session.clear()
        flash(instead.message, "")
        return see_other(mails.reset_path(instead.secret))
    except rules.Busy:
        raise
    except Refused as refusal:
        return _login_page(form, error=refusal.message), refusal.status
    if before is not None:
        commands.log_out(before)
    session.clear()
    visit = queries.visitor(secret)
    assert visit is not None
    response = make_response(see_other(landing(visit.actor, request.values.get("next"))))
    sessions.set_cookie(response, secret)
    return response


@pages.post("/logout")
def leave() -> Response:
    who = maybe_actor()
    if who is not None:
        commands.log_out(who)
    session.clear()
    response = make_response(see_other("/login"))
    sessions.clear_cookie(response)
    return response


@pages.route("/password/forgot", methods=["GET", "POST"])
def forgot() -> Any:
    form = filled(ForgotForm)
    if request.method != "POST":
        return render("accounts/forgot.html", form=form, temporary=policies.access().reset == "temporary")
    if not form.validate():
        return render("accounts/forgot.html", form=form), 422
    try:
        asked = commands.ask_reset(form.identifier.data or "", form.login.data or "", address())
    except rules.TooMany as refusal:
        form.identifier.errors = [refusal.message]
        return _throttled(render("accounts/forgot.html", form=form), refusal)
    return render("accounts/forgot_done.html", form=form, asked=asked)


@pages.route("/password/reset/<token>", methods=["GET", "POST"])
def reset(token: str) -> Any:
    return _by_link("reset", token)


@pages.route("/activate/<token>", methods=["GET", "POST"])
def activate(token: str) -> Any:
    return _by_link("activation", token)


def _by_link(purpose: str, token: str) -> Response:
    """The page behind a link that works once. Looking at it changes nothing: mail scanners look at everything."""
    form = filled(NewPasswordForm)
    name = queries.login_of_open_link(purpose, token)
    if name is None:
        return _link_page("accounts/link_dead.html", 404)
    if request.method != "POST":
        return _link_page("accounts/new_password.html", form=form, purpose=purpose, login=name)
    if not form.validate():
        return _link_page("accounts/new_password.html", 422, form=form, purpose=purpose, login=name)
    try:
        commands.use_token(purpose, token, form.password.data or "")
    except NotThere:
        return _link_page("accounts/link_dead.html", 404)
    except rules.Busy:
        raise
    except Refused as refusal:
        refuse(form, refusal)
        return _link_page("accounts/new_password.html", refusal.status, form=form, purpose=purpose, login=name)
    session.clear()
    flash(_("Hasło zostało zapisane. Możesz się zalogować."), "success")
    response = make_response(see_other("/login"))
    sessions.clear_cookie(response)
    return response


def _link_page(template: str, status: int = 200, **context: Any) -> Response:
    response = make_response(
        render(template, rules=rules.password_rules(policies.password_policy()), **context), status
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _login_page(form: LoginForm, *, error: str | None = None, throttled_minutes: int | None = None) -> str:
    return render(
        "accounts/login.html",
        form=form,
        error=error,
        throttled_minutes=throttled_minutes,
        next=rules.own_path(request.values.get("next")),
        welcome=texts.current_text("welcome", language()),
    )


def _throttled(page: str, refusal: rules.TooMany) -> Response:
    response = make_response(page, refusal.status)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response
