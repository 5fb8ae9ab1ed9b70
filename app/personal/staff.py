"""Requests about personal data, and how long the manager keeps what."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, flash, request
from wtforms import BooleanField, Form, IntegerField, TextAreaField

from app.core.actor import Can
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.personal import commands, queries, rules
from app.web import menu, sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/personal"
RETENTION = "/admin/configuration/retention"
pages = Blueprint("personal", __name__, template_folder="templates")
menu.register("staff", _l("Dane osobowe"), "personal.index", "lock", 80, Can.ANSWER_REQUESTS)
sections.register(
    "configuration",
    _l("Przechowywanie danych"),
    _l("Po jakim czasie portal usuwa logowania, wiadomości i zamknięte konta."),
    RETENTION,
    100,
    needs=Can.CONFIGURE,
)


class AnswerForm(Form):
    """The office's answer; with `messages` an erasure also wipes the conversations."""

    answer = TextAreaField(_l("Odpowiedź"), description=_l("Zobaczy ją osoba, która prosiła."))
    messages = BooleanField(_l("Usuń także treść rozmów tej osoby z biurem"))
    sure = BooleanField(_l("Wiem, że tego nie da się cofnąć"))


class RetentionForm(Form):
    """A number for each period; checked by `rules`."""


for _name, _period in rules.PERIODS.items():
    setattr(RetentionForm, _name, IntegerField(_period.label))


@pages.get("/personal")
@needs(Can.ANSWER_REQUESTS)
def index() -> str:
    return render(
        "personal/list.html",
        page=queries.requests(actor(), page_number(request.args.get("page"))),
        page_url=f"{HOME}?page=",
    )


@pages.get("/personal/<personal_request>")
@needs(Can.ANSWER_REQUESTS)
def show(personal_request: str) -> str:
    return _request_page(personal_request, AnswerForm())


@pages.post("/personal/<personal_request>/answer")
@needs(Can.ANSWER_REQUESTS)
def answer(personal_request: str) -> Any:
    form = filled(AnswerForm)
    try:
        commands.answer(actor(), personal_request, form.answer.data)
    except Refused as refusal:
        return _refused(personal_request, form, refusal)
    flash(_("Odpowiedź została zapisana. Osoba dostanie e-mail, jeśli ma adres w portalu."), "success")
    return see_other(f"{HOME}/{personal_request}")


@pages.post("/personal/<personal_request>/erase")
@needs(Can.ANSWER_REQUESTS)
def erase(personal_request: str) -> Any:
    """Erase what may be erased, when staff have said that they are sure."""
    form = filled(AnswerForm)
    try:
        if not form.sure.data:
            queries.request(actor(), personal_request)
            raise Refused(_("Potwierdź, że dane mają zostać usunięte."), field="sure")
        commands.erase_asked(actor(), personal_request, form.answer.data, messages=bool(form.messages.data))
    except Refused as refusal:
        return _refused(personal_request, form, refusal)
    flash(_("Usunięto dane, które wolno usunąć. Konto jest zamknięte."), "success")
    return see_other(f"{HOME}/{personal_request}")


@pages.get("/configuration/retention")
@needs(Can.CONFIGURE)
def retention() -> str:
    return _retention_page(RetentionForm(data=asdict(queries.retention(actor()))))


@pages.post("/configuration/retention")
@needs(Can.CONFIGURE)
def set_retention() -> Any:
    form = filled(RetentionForm)
    try:
        commands.set_periods(actor(), request.form)
    except Refused as refusal:
        form.validate()
        for field in form:
            field.errors = []
        refuse(form, refusal)
        return _retention_page(form), refusal.status
    flash(_("Okresy przechowywania zostały zapisane."), "success")
    return see_other(RETENTION)


def _refused(personal_request: str, form: AnswerForm, refusal: Refused) -> Any:
    if refusal.status == 404:
        raise refusal
    if isinstance(refusal, Conflict):
        flash(refusal.message, "error")
        return see_other(f"{HOME}/{personal_request}")
    sentence = refuse(form, refusal)
    return _request_page(personal_request, form, sentence), refusal.status


def _request_page(personal_request: str, form: AnswerForm, sentence: str | None = None) -> str:
    asked = queries.request(actor(), personal_request)
    return render(
        "personal/show.html",
        asked=asked,
        form=form,
        sentence=sentence,
        erased=rules.ERASED,
        kept=rules.KEPT,
        may_erase=asked.kind == "erasure" and asked.role == "resident" and actor().may(Can.MANAGE_ACCOUNTS),
        account_url=f"/admin/accounts/{asked.account}" if actor().may(Can.MANAGE_ACCOUNTS) else None,
    )


def _retention_page(form: RetentionForm) -> str:
    hints = {name: f"{period.hint} {period.describe(name)}" for name, period in rules.PERIODS.items()}
    return render("personal/retention.html", form=form, hints=hints)
