"""Rejestracja: the form, the paper, and the page on which an applicant sees how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, make_response

from app.accounts.rules import TooMany
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import language
from app.gateways import pdf
from app.office import settings, texts
from app.office.letterhead import letterhead
from app.office.queries import profile
from app.registrations import commands, gate, queries, rules
from app.registrations.commands import Sent
from app.registrations.forms import ROLES, AnswerForm, ApplicationForm
from app.registrations.ways import Ways
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import address

pages = Blueprint("registrations", __name__, template_folder="templates")
FORM = "application"
PAPER = Path(__file__).resolve().parent / "print" / "form.typ"


@pages.get("/register")
def register() -> str:
    return _form_page(filled(ApplicationForm), None)


@pages.post("/register")
def send() -> Any:
    if not settings.read(Ways).form:
        raise NotThere("")
    form = filled(ApplicationForm)
    try:
        commands.admit(address())
    except TooMany as refusal:
        return _too_many(_form_page(form, None, error=refusal.message), refusal)
    fits = form.validate()
    fits = gate.shown().check(form) and fits
    code, human = gate.passed(FORM, form)
    if not (fits and human and code):
        return _form_page(form, code), 422
    commands.send(form.wish(), acknowledged(form, code.key))
    return see_other("/register/sent")


@pages.get("/register/sent")
def sent() -> str:
    return render("registrations/sent.html")


@pages.get("/register/form.pdf")
def paper() -> Response:
    if not settings.read(Ways).paper:
        raise NotThere("")
    response = make_response(pdf.render(PAPER, _paper()))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = 'inline; filename="wniosek.pdf"'
    return response


@pages.get("/register/<token>")
def status(token: str) -> Response:
    return _status_page(token, filled(AnswerForm))


@pages.post("/register/<token>/withdraw")
def withdraw(token: str) -> Any:
    commands.withdraw(token)
    flash(_("Wniosek został wycofany."), "success")
    return see_other(f"/register/{token}")


@pages.post("/register/<token>/confirm")
def confirm(token: str) -> Any:
    commands.confirm_email(token)
    flash(_("Dziękujemy, adres e-mail jest potwierdzony."), "success")
    return see_other(f"/register/{token}")


@pages.post("/register/<token>/answer")
def answer(token: str) -> Any:
    form = filled(AnswerForm)
    try:
        commands.answer(token, form.answer.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _status_page(token, form, refusal.status, sentence)
    flash(_("Odpowiedź została wysłana do biura."), "success")
    return see_other(f"/register/{token}")


def acknowledged(form: Any, form_key: str) -> Sent:
    """What a valid form brings besides its words."""
    return Sent(form_key, int(form.terms_version.data), int(form.privacy_version.data), address())


def _form_page(form: ApplicationForm, code: Any, error: str | None = None) -> str:
    ways, shown = settings.read(Ways), gate.shown()
    shown.fill(form)
    return render(
        "registrations/register.html" if ways.form else "registrations/elsewhere.html",
        form=form,
        question=gate.question(FORM, form, code),
        shown=shown,
        ways=ways,
        error=error,
        about_paper=texts.current_text("paper", language()) if ways.paper else None,
    )


def _status_page(token: str, form: AnswerForm, code: int = 200, error: str | None = None) -> Response:
    found = queries.status(token)
    page = render(
        "registrations/status.html",
        found=found,
        state=str(rules.STATES_TOLD[found.state]),
        is_open=found.state in rules.OPEN,
        form=form,
        error=error,
        here=f"/register/{token}",
    )
    response = make_response(page, code)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _too_many(page: str, refusal: TooMany) -> Response:
    response = make_response(page, refusal.status)
    response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _paper() -> dict[str, Any]:
    """What is printed on the blank application, in the language of the page."""
    office = profile()
    terms, privacy = texts.current_version("terms"), texts.current_version("privacy")
    return {
        "office": letterhead(office),
        "lang": language(),
        "page": _("Strona"),
        "of": _("z"),
        "title": _("Wniosek o dostęp do portalu mieszkańca"),
        "lead": _("Wypełnij drukowanymi literami, podpisz i złóż w biurze. Weź ze sobą dokument tożsamości."),
        "applicant": _("Wnioskodawca"),
        "fields": [
            _("Imię"),
            _("Nazwisko"),
            _("Adres i numer lokalu albo kod lokalu"),
            _("E-mail"),
            _("Telefon"),
        ],
        "role": _("Kim jesteś dla lokalu"),
        "roles": [str(label) for label in ROLES.values()],
        "statement": _("Oświadczenie"),
        "statements": [
            _("Wnoszę o założenie konta w portalu mieszkańca. Konto jest bezpłatne."),
            _("Zapoznałem(-am) się z Regulaminem portalu i jego załącznikami (wersja %(version)s) i akceptuję je.",
              version=terms),
            _("Zapoznałem(-am) się z informacją o przetwarzaniu danych osobowych (wersja %(version)s).",
              version=privacy),
        ],
        "handing": _("Jak przekazać dostęp"),
        "ways": [
            _("login e-mailem, hasło startowe SMS-em"),
            _("list z jednorazowym kodem, do odbioru w biurze"),
        ],
        "signed": [_("Data"), _("Czytelny podpis")],
        "desk": _("Wypełnia biuro"),
        "checks": [_("Sposób sprawdzenia tożsamości"), _("Data wpływu i podpis pracownika")],
        "hours": office.hours or "",
        "hours_label": _("Biuro przyjmuje"),
    }  # fmt: skip
