"""The manager's page about nightly data: when they are due, and whether they are there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.imports import lateness, queries, window
from app.imports.due_forms import DueForm
from app.imports.window import DataDue
from app.office import settings
from app.web import sections
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/configuration/nightly-data"
pages = Blueprint("nightly_data", __name__, template_folder="templates")
sections.register(
    "configuration", _l("Nocne dane"), _l("Do której godziny dane mają dotrzeć i kto dostanie ostrzeżenie."), HOME, 105,
    needs=Can.CONFIGURE,
)  # fmt: skip


@pages.route("/configuration/nightly-data", methods=["GET", "POST"])
@needs(Can.CONFIGURE)
def edit() -> Any:
    now = settings.fresh(DataDue)
    form = filled(DueForm, on=now.on, opens=now.opens, hour=now.hour, days=[str(day) for day in now.days])
    if request.method != "POST":
        return _page(form)
    sentence = None
    if form.validate():
        try:
            days = [int(day) for day in form.days.data or []]
            settings.write(actor(), window.checked(form.on.data, form.opens.data, form.hour.data, days))
            flash(_("Zapisano zasady nocnych danych."), "success")
            return see_other(HOME)
        except Refused as refusal:
            sentence = refuse(form, refusal)
    return _page(form, sentence), 422


def _page(form: DueForm, sentence: str | None = None) -> str:
    who = actor()
    return render(
        "imports/nightly.html", form=form, sentence=sentence, as_of=queries.as_of(who), late=lateness.late(who)
    )
