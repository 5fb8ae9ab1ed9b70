"""One's own e-mail address and phone number."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response, request

from app.accounts import commands, queries, rules
from app.accounts.forms import CodeForm, ContactForm
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.web import sections
from app.web.forms import filled, refuse
from app.web.pages import languages_offered, render, see_other
from app.web.requests import set_language
from app.web.visitor import actor

pages = Blueprint("contacts", __name__, template_folder="templates")
sections.register(
    "settings", _l("Dane podstawowe"), _l("Adres e-mail i numer telefonu, pod którymi Cię znajdziemy."),
    "/settings/contact", 20,
)  # fmt: skip


@pages.get("/settings/contact")
def contact() -> str:
    own = queries.contacts_of(actor())
    form = filled(
        ContactForm,
        email=own.waiting_email or own.email,
        phone=rules.readable_phone(own.waiting_phone or own.phone),
    )
    return _page(form)


@pages.post("/settings/contact")
def save() -> Any:
    form, who = filled(ContactForm), actor()
    if not form.validate():
        return _page(form), 422
    given = form.current.data or ""
    try:
        email = commands.change_email(who, form.email.data or "", given)
        phone = commands.change_phone(who, form.phone.data or "", given)
    except rules.Busy:
        raise
    except Refused as refusal:
        return _refused(form, refusal)
    if email:
        flash(_("Wysłaliśmy wiadomość na adres %(email)s. Otwórz w niej link, aby potwierdzić adres.", email=email), "")
    if phone:
        flash(_("Wysłaliśmy SMS z kodem. Wpisz go poniżej."), "")
        return see_other("/settings/contact")
    if not email:
        flash(_("Dane zostały zapisane."), "success")
    return see_other("/settings/contact" if email else "/settings")


@pages.post("/settings/contact/phone")
def confirm_phone() -> Any:
    form = filled(CodeForm)
    if not form.validate():
        return _page(_unchanged(), form), 422
    try:
        commands.confirm_phone(actor(), form.code.data or "")
    except Refused as refusal:
        refuse(form, refusal)
        return _page(_unchanged(), form), refusal.status
    flash(_("Numer telefonu został potwierdzony."), "success")
    return see_other("/settings")


@pages.post("/settings/contact/again")
def again() -> Any:
    if request.form.get("again"):
        try:
            commands.send_again(actor())
        except rules.TooMany as refusal:
            return _refused(_unchanged(), refusal)
        flash(_("Wysłaliśmy wiadomość jeszcze raz."), "success")
    return see_other("/settings/contact")


@pages.post("/settings/contact/cancel")
def cancel() -> Any:
    if request.form.get("cancel"):
        commands.give_up_waiting(actor())
        flash(_("Zmiana została anulowana."), "success")
    return see_other("/settings/contact")


@pages.post("/settings/language")
def choose_language() -> Any:
    code = request.form.get("locale", "")
    if code not in languages_offered():
        return see_other("/settings")
    commands.choose_locale(actor(), code)
    return set_language(make_response(see_other("/settings")), code)


def _refused(form: ContactForm, refusal: Refused) -> Any:
    sentence = refuse(form, refusal)
    response = make_response(_page(form, sentence=sentence), refusal.status)
    if isinstance(refusal, rules.TooMany):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _unchanged() -> ContactForm:
    own = queries.contacts_of(actor())
    return ContactForm(email=own.waiting_email or own.email, phone=rules.readable_phone(own.waiting_phone or own.phone))


def _page(form: ContactForm, code: CodeForm | None = None, *, sentence: str | None = None) -> str:
    own = queries.contacts_of(actor())
    return render(
        "accounts/contact.html",
        form=form,
        code=code or CodeForm(),
        own=own,
        waiting_phone=rules.readable_phone(own.waiting_phone),
        sentence=sentence,
    )
