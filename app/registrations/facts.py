"""Opening an account by oneself: an address, its confirmation, and the facts behind the link."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response

from app.accounts.rules import TooMany
from app.core.errors import NotThere, Refused
from app.office import settings
from app.registrations import commands, gate, rules, tokens
from app.registrations.forms import FactsForm, ProofForm
from app.registrations.public import acknowledged
from app.registrations.ways import Ways
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import address

pages = Blueprint("registrations_self", __name__, template_folder="templates")
FIRST, SECOND = "proof", "facts"


@pages.get("/register/self")
def begin() -> str:
    _open()
    return _first_page(filled(ProofForm), None)


@pages.post("/register/self")
def mail_link() -> Any:
    _open()
    form = filled(ProofForm)
    try:
        commands.admit(address())
    except TooMany as refusal:
        return _answer(_first_page(form, None, refusal.message), refusal)
    fits = form.validate()
    code, human = gate.passed(FIRST, form)
    if not (fits and human and code):
        return _first_page(form, code), 422
    commands.ask_proof(rules.required_email(form.email.data), code.key)
    return see_other("/register/self/sent")


@pages.get("/register/self/sent")
def link_mailed() -> str:
    _open()
    return render("registrations/self_sent.html")


@pages.get("/register/self/<token>")
def ask_facts(token: str) -> Response:
    _open()
    return _second_page(token, filled(FactsForm), None)


@pages.post("/register/self/<token>")
def prove(token: str) -> Any:
    _open()
    form = filled(FactsForm)
    email = _email(token)
    fits = form.validate()
    fits = gate.shown().check(form) and fits
    code, human = gate.passed(SECOND, form)
    if not (fits and human and code):
        return _second_page(token, form, code, status=422)
    try:
        account = commands.prove(token, form.facts(), acknowledged(form, code.key))
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _answer(_second_page(token, form, None, sentence).get_data(as_text=True), refusal)
    return render("registrations/self_done.html", login=account.login, email=email)


def _open() -> None:
    if not settings.read(Ways).facts:
        raise NotThere("")


def _email(token: str) -> str:
    proof = tokens.read_proof(token)
    if proof is None:
        raise NotThere("")
    return proof[0]


def _first_page(form: ProofForm, code: Any, error: str | None = None) -> str:
    return render("registrations/self.html", form=form, question=gate.question(FIRST, form, code), error=error)


def _second_page(token: str, form: FactsForm, code: Any, error: str | None = None, status: int = 200) -> Response:
    email, shown = _email(token), gate.shown()
    shown.fill(form)
    page = render(
        "registrations/facts.html",
        form=form,
        email=email,
        question=gate.question(SECOND, form, code),
        shown=shown,
        error=error,
        here=f"/register/self/{token}",
    )
    response = make_response(page, status)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _answer(page: str, refusal: Refused) -> Response:
    response = make_response(page, refusal.status)
    if isinstance(refusal, TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response
