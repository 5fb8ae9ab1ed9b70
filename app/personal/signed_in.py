"""One's own data: a copy of everything that is kept, and requests about it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, request
from werkzeug.wsgi import FileWrapper
from wtforms import Form, HiddenField, RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice

from app.accounts.rules import TooMany
from app.core.clock import today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.personal import commands, queries, rules
from app.web import sections
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/settings/data"
pages = Blueprint("personal", __name__, template_folder="templates")
sections.register(
    "settings",
    _l("Moje dane osobowe"),
    _l("Kopia danych, które o Tobie przechowujemy, i prośby do biura."),
    HOME,
    60,
    audience="resident",
)


class RequestForm(Form):
    """What is asked of the office; checked by the command."""

    kind = RadioField(
        _l("O co prosisz?"), choices=[SelectChoice(kind, label) for kind, label in rules.KINDS.items()],
        validate_choice=False,
    )  # fmt: skip
    body = TextAreaField(_l("Twoja prośba"), description=_l("Napisz własnymi słowami, o jakie dane chodzi i dlaczego."))
    form_key = HiddenField()


@pages.get("/settings/data")
def mine() -> str:
    return _page(RequestForm())


@pages.post("/settings/data")
def ask() -> Any:
    """Send a request to the office, once however often the button is pressed."""
    form = filled(RequestForm)
    try:
        commands.ask(actor(), form.kind.data, form.body.data, form.form_key.data)
    except Refused as refusal:
        refuse(form, refusal)
        return _page(form), refusal.status
    flash(_("Wysłaliśmy Twoją prośbę do biura. Odpowiedź znajdziesz na tej stronie."), "success")
    return see_other(HOME)


@pages.post("/settings/data/copy")
def download() -> Any:
    """The copy as a file to keep."""
    try:
        made, size = commands.download(actor())
    except TooMany as refusal:
        flash(refusal.message, "error")
        response = make_response(_page(RequestForm()), refusal.status)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    response = Response(FileWrapper(made, 1 << 16), mimetype="application/zip", direct_passthrough=True)
    response.call_on_close(made.close)
    response.content_length = size
    response.headers["Content-Disposition"] = f'attachment; filename="moje-dane-{today():%Y-%m-%d}.zip"'
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/settings/data/<personal_request>/withdraw")
def withdraw(personal_request: str) -> Any:
    commands.withdraw(actor(), personal_request)
    flash(_("Wycofano prośbę."), "success")
    return see_other(HOME)


def _page(form: RequestForm) -> str:
    if request.method == "GET" or not form.form_key.data:
        form.form_key.data = new_public_id()
    return render("personal/mine.html", form=form, requests=queries.mine(actor()), days=rules.ANSWER_DAYS)
