"""Asking for a trial on the product page, and the page of the mailed link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, request

from app.accounts.rules import TooMany
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.runtime import settings
from app.onboarding.site import prices
from app.onboarding.trials import commands, queries, rules
from app.onboarding.trials.forms import AddressForm, TrialForm
from app.registrations import gate, robots
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import address

pages = Blueprint("trials", __name__, template_folder="../templates")
pages.register_blueprint(Blueprint("forms", "app.registrations", template_folder="templates"))
FORM = "trial"


@pages.get("/trial")
def trial() -> str:
    form = filled(TrialForm)
    form.kind.data = None
    return _form_page(form)


@pages.post("/trial")
def ask() -> Any:
    form = filled(TrialForm)
    if "check" in request.form:
        return _checked_page(form)
    try:
        commands.admit(address())
    except TooMany as refusal:
        return _too_many(_form_page(form, error=refusal.message), refusal)
    fits = form.validate()
    wish = None
    try:
        wish = commands.wished(form.slug.data or "", form.name.data or "", form.kind.data or "", form.email.data or "")
    except Refused as refusal:
        if not (refusal.field and form[refusal.field].errors):
            refuse(form, refusal)
    code, human = gate.passed(FORM, form)
    if not (fits and wish and human and code):
        return _form_page(form, code), 422
    if robots.spend(code):
        commands.ask(wish, code.key)
    return see_other("/trial/sent")


@pages.get("/trial/sent")
def sent() -> str:
    return render("trials/sent.html", hours=int(rules.LIFE.total_seconds() // 3600))


@pages.get("/trial/address")
def check() -> Any:
    """Whether a subdomain can be had, for the form that asks while it is typed in."""
    try:
        commands.admit_check(address())
    except TooMany as refusal:
        return _too_many(render("trials/_address.html", said=refusal.message, free=False), refusal)
    return render("trials/_address.html", **_said(request.args.get("slug", "")))


@pages.get("/trial/<word>")
def confirming(word: str) -> Response:
    return _standing_page(word, AddressForm())


@pages.post("/trial/<word>")
def confirm(word: str) -> Any:
    form = filled(AddressForm)
    try:
        commands.confirm(word, form.slug.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _standing_page(word, form, refusal.status, sentence)
    return see_other(f"/trial/{word}")


def _form_page(form: TrialForm, code: Any = None, error: str | None = None, **told: Any) -> str:
    return render(
        "trials/trial.html",
        form=form,
        question=gate.question(FORM, form, code),
        base_domain=settings().base_domain,
        trial_days=prices.trial_days(),
        error=error,
        told=told or None,
    )


def _checked_page(form: TrialForm) -> Any:
    """The form as it was sent, and what can be said of its subdomain: the look without a script."""
    code = robots.opened(form.challenge.data or "", FORM)
    kept = code if code is not None and not robots.spent(code) else None
    try:
        commands.admit_check(address())
    except TooMany as refusal:
        return _too_many(_form_page(form, kept, error=refusal.message), refusal)
    return _form_page(form, kept, **_said(form.slug.data or ""))


def _said(slug: str) -> dict[str, Any]:
    """What is told of a subdomain: a sentence, and whether it can be had."""
    if not slug.strip():
        return {"said": "", "free": False}
    try:
        free = rules.free_address(slug, queries.taken())
    except Refused as refusal:
        return {"said": refusal.message, "free": False}
    where = f"{free}.{settings().base_domain}"
    return {"said": _("Adres %(address)s jest wolny.", address=where), "free": True}


def _standing_page(word: str, form: AddressForm, code: int = 200, error: str | None = None) -> Response:
    found = queries.standing(word)
    status = 410 if found.state == "expired" else code
    page = render(
        "trials/standing.html",
        found=found,
        form=form,
        error=error,
        base_domain=settings().base_domain,
        here=f"/trial/{word}",
    )
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    if found.state == "making":
        response.headers["Refresh"] = "2"
    return response


def _too_many(page: str, refusal: TooMany) -> Response:
    response = make_response(page, refusal.status)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response
