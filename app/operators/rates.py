"""The table of statutory interest rates, which all managers' pages reckon with."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.finances.interest import rates
from app.operators.forms import RateForm
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/rates"
pages = Blueprint("rates", __name__, template_folder="templates")
menu.register("operator", _l("Stawki odsetek"), "rates.index", "chart", 60)


@pages.get(PATH)
def index() -> str:
    return _page(filled(RateForm))


@pages.post(PATH)
def add() -> Any:
    form = filled(RateForm)
    try:
        rates.add(actor(), form.from_on.data or "", form.percent.data or "", form.source.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _page(form, sentence=refuse(form, refusal)), refusal.status
    flash(_("Dodano stawkę. Strony zarządców liczą z nią najpóźniej za minutę."), "success")
    return see_other(PATH)


@pages.post(f"{PATH}/confirm")
def confirm() -> Any:
    rates.confirm(actor())
    flash(_("Zapisano, że stawka się nie zmieniła."), "success")
    return see_other(PATH)


@pages.route(f"{PATH}/<from_on>", methods=["GET", "POST"])
def correct(from_on: str) -> Any:
    found = {str(row.from_on): row for row in rates.table(actor())}.get(from_on)
    if found is None:
        raise NotThere("")
    percent = f"{found.percent:.2f}".replace(".", ",")
    form = filled(RateForm, from_on=from_on, percent=percent, source=found.source)
    if request.method != "POST":
        return render("operators/rate.html", form=form, rate=found)
    try:
        rates.correct(actor(), from_on, form.percent.data or "", form.source.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return render("operators/rate.html", form=form, rate=found, sentence=refuse(form, refusal)), refusal.status
    flash(_("Poprawiono stawkę."), "success")
    return see_other(PATH)


@pages.post(f"{PATH}/<from_on>/withdraw")
def withdraw(from_on: str) -> Any:
    rates.withdraw(actor(), from_on)
    flash(_("Usunięto stawkę z tabeli."), "success")
    return see_other(PATH)


def _page(form: RateForm, sentence: str | None = None) -> str:
    found = rates.table(actor())
    held = next((rate for rate in found if rate.from_on <= today()), None)
    looked = max(held.from_on, held.checked_on or held.from_on) if held else today()
    old = (today() - looked).days
    stale = old if old > rates.STALE_DAYS else None
    return render("operators/rates.html", rates=found, held=held, form=form, sentence=sentence, stale_days=stale)
