"""Dla mieszkańców: those with the right say what residents of the building see of the works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, request
from wtforms import BooleanField, DateField, Form, StringField, TextAreaField
from wtforms.validators import Optional

from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.money import amount, typed
from app.guard.commands import Held
from app.guard.posted import consent
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works.access import Place, place
from app.works.frame import framed
from app.works.rules import Right
from app.works.showing import commands, queries
from app.works.showing.models import WorksBudgetLine, WorksStage

pages = Blueprint("showing", __name__, template_folder="templates")


class IntroForm(Form):
    intro = TextAreaField(_l("Wprowadzenie dla mieszkańców"), description=_l("Co się dzieje, jak długo, na co uważać."))
    with_money = BooleanField(_l("Pokaż mieszkańcom plan i wydatki"))
    shown = BooleanField(_l("Pokazuj tę budowę mieszkańcom budynku"))


class StageForm(Form):
    name = StringField(_l("Etap"))
    starts_on = DateField(_l("Od"), [Optional()])
    ends_on = DateField(_l("Do"), [Optional()])
    done_on = DateField(_l("Zakończony"), [Optional()])


class MoneyForm(Form):
    name = StringField(_l("Pozycja"))
    planned = StringField(_l("Plan (zł brutto)"))
    spent = StringField(_l("Wydano (zł brutto)"))


@pages.route("/<site>/showing", methods=["GET", "POST"])
def edit(site: str) -> Any:
    here = _may(site)
    now = queries.showing(here)
    form = filled(IntroForm, intro=now.intro, with_money=now.with_money, shown=now.shown_at is not None)
    if request.method != "POST":
        return _page(here, form)
    with_money, shown = bool(form.with_money.data), bool(form.shown.data)
    try:
        commands.show(actor(), here, form.intro.data or "", with_money=with_money, shown=shown, consent=consent())
    except NotThere:
        raise
    except Refused as refusal:
        held = refusal if isinstance(refusal, Held) else None
        sentence = None if held else refuse(form, refusal)
        return _page(here, form, sentence, held), refusal.status
    flash(_("Zapisano."), "success")
    return see_other(f"{here.url}/showing")


@pages.route("/<site>/showing/stages/new", methods=["GET", "POST"])
def new_stage(site: str) -> Any:
    return _stage(_may(site), None, {})


@pages.route("/<site>/showing/stages/<works_stage>", methods=["GET", "POST"])
def change_stage(site: str, works_stage: str) -> Any:
    here = _may(site)
    for one in queries.stages(actor(), here.id):
        if one.public_id == works_stage:
            values = {"name": one.name, "starts_on": one.starts_on, "ends_on": one.ends_on, "done_on": one.done_on}
            return _stage(here, works_stage, values)
    raise NotThere("")


@pages.post("/<site>/showing/stages/<works_stage>/remove")
def remove_stage(site: str, works_stage: str) -> Any:
    here = _may(site)
    commands.remove(here, WorksStage, works_stage)
    return see_other(f"{here.url}/showing#stages")


@pages.route("/<site>/showing/money/new", methods=["GET", "POST"])
def new_money(site: str) -> Any:
    return _money(_may(site), None, {"spent": "0"})


@pages.route("/<site>/showing/money/<works_budget_line>", methods=["GET", "POST"])
def change_money(site: str, works_budget_line: str) -> Any:
    here = _may(site)
    for one in queries.money(actor(), here.id):
        if one.public_id == works_budget_line:
            values = {"name": one.name, "planned": amount(one.planned), "spent": amount(one.spent)}
            return _money(here, works_budget_line, values)
    raise NotThere("")


@pages.post("/<site>/showing/money/<works_budget_line>/remove")
def remove_money(site: str, works_budget_line: str) -> Any:
    here = _may(site)
    commands.remove(here, WorksBudgetLine, works_budget_line)
    return see_other(f"{here.url}/showing#money")


def _may(site: str) -> Place:
    here = place(actor(), site)
    if not here.may(Right.PUBLISH):
        raise NotThere("")
    return here


def _stage(here: Place, stage: str | None, values: dict[str, Any]) -> Any:
    form = filled(StageForm, **values)

    def save() -> None:
        first, last, done = form.starts_on.data, form.ends_on.data, form.done_on.data
        commands.save_stage(here, form.name.data or "", first, last, done, stage)

    return _row(here, form, save, _("Etap prac"), "stages")


def _money(here: Place, entry: str | None, values: dict[str, Any]) -> Any:
    form = filled(MoneyForm, **values)

    def save() -> None:
        planned, spent = (_sum(form[name].data, name) for name in ("planned", "spent"))
        commands.save_money(here, form.name.data or "", planned, spent, entry)

    return _row(here, form, save, _("Plan i wydatki"), "money")


def _row(here: Place, form: Form, save: Callable[[], None], title: str, part: str) -> Any:
    """The form of one stage or one sum; `part` is the place on the page where it is listed."""
    sentence = None
    if request.method == "POST":
        try:
            if form.validate():
                save()
                return see_other(f"{here.url}/showing#{part}")
        except NotThere:
            raise
        except Refused as refusal:
            sentence = refuse(form, refusal)
    page = framed("showing/row.html", here, form=form, sentence=sentence, title=title)
    return page, 422 if request.method == "POST" else 200


def _sum(text: str | None, field: str) -> int:
    found = typed(text)
    if found is None:
        raise Refused(_("Podaj kwotę w złotych, np. 12 500 albo 150,50."), field=field)
    return found


def _page(here: Place, form: IntroForm, sentence: str | None = None, held: Held | None = None) -> str:
    return framed(
        "showing/edit.html",
        here,
        form=form,
        sentence=sentence,
        guard=held.guard if held else None,
        day=today(),
        stages=queries.stages(actor(), here.id),
        money=queries.money(actor(), here.id),
        files=queries.files(actor(), here.id),
    )
