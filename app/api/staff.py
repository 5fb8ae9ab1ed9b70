"""Tokens for the manager's programs: list, make, renew, take back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request
from wtforms.fields.choices import SelectChoice

from app.api import bearers, commands, queries, rules
from app.api.forms import RotationForm, TokenForm
from app.core.actor import Can
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

__all__ = ["bearers", "pages"]  # without who knows tokens nobody gets in
HOME = "/admin/configuration/tokens"
pages = Blueprint("tokens", __name__, template_folder="templates")
sections.register(
    "configuration", _l("Dostęp dla programów"), _l("Tokeny, którymi program księgowy sam przekazuje dane."), HOME, 110,
    needs=Can.CONFIGURE,
)  # fmt: skip


@pages.get("/configuration/tokens")
@needs(Can.CONFIGURE)
def index() -> str:
    found = queries.tokens(actor())
    return render(
        "api/tokens.html",
        tokens=[one for one in found if one.alive],
        over=[one for one in found if not one.alive],
        scopes=rules.SCOPES,
        address=external("/api/v1/imports"),
        description=external("/api/v1/openapi.json"),
    )


@pages.route("/configuration/tokens/new", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def new() -> Any:
    form, sentence = filled(TokenForm), None
    form.buildings.choices = [SelectChoice(code, label) for code, label in queries.buildings(actor())]
    if request.method != "POST":
        return render("api/token_new.html", form=form, sentence=None)
    if form.validate():
        try:
            days = rules.LIVES[form.life.data][1]
            public_id, secret = commands.create(
                actor(), form.name.data or "", form.scopes.data or (), days=days, buildings=form.buildings.data or ()
            )
            return _shown(public_id, secret)
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("api/token_new.html", form=form, sentence=sentence), 422


@pages.route("/configuration/tokens/<public_id>/rotate", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def rotate(public_id: str) -> Any:
    found, form, sentence = queries.token(actor(), public_id), filled(RotationForm), None
    if not found.alive:
        raise Conflict(_("Ten token już nie działa. Utwórz nowy."))
    if request.method != "POST":
        return render("api/token_rotate.html", form=form, token=found, sentence=None)
    if form.validate():
        try:
            secret = commands.rotate(actor(), public_id, overlap_hours=int(form.overlap.data))
            return _shown(public_id, secret)
        except Conflict:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return render("api/token_rotate.html", form=form, token=found, sentence=sentence), 422


@pages.route("/configuration/tokens/<public_id>/revoke", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def revoke(public_id: str) -> Any:
    found = queries.token(actor(), public_id)
    if request.method != "POST":
        return render("api/token_revoke.html", token=found)
    commands.revoke(actor(), public_id)
    flash(_("Token „%(name)s” już nie działa.", name=found.name), "success")
    return see_other(HOME)


def _shown(public_id: str, secret: str) -> str:
    return render("api/token_shown.html", token=queries.token(actor(), public_id), secret=secret, home=HOME)
