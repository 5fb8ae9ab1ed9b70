"""Ready answers: the list, one of them."""

from __future__ import annotations

from typing import Any

from flask import flash
from wtforms.fields.choices import SelectChoice

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.messages import commands, queries, rules
from app.messages.forms import TemplateForm
from app.messages.staff.frame import READY, pages, tabs
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor


@pages.get("/messages/templates")
@needs(Can.ANSWER_MESSAGES)
def templates() -> str:
    return render(
        "messages/templates.html",
        templates=queries.templates(actor()),
        categories=rules.CATEGORIES,
        tabs=tabs(),
        new_url=f"{READY}/new",
        home=READY,
    )


@pages.get("/messages/templates/new")
@needs(Can.ANSWER_MESSAGES)
def new_template() -> str:
    return _page(filled(TemplateForm), None)


@pages.post("/messages/templates/new")
@needs(Can.ANSWER_MESSAGES)
def add_template() -> Any:
    return _saved(None)


@pages.get("/messages/templates/<answer_template>")
@needs(Can.ANSWER_MESSAGES)
def template(answer_template: str) -> str:
    found = queries.template(actor(), answer_template)
    form = filled(TemplateForm, name=found.name, category=found.category or "", body=found.body)
    return _page(form, answer_template)


@pages.post("/messages/templates/<answer_template>")
@needs(Can.ANSWER_MESSAGES)
def save_template(answer_template: str) -> Any:
    return _saved(answer_template)


@pages.post("/messages/templates/<answer_template>/withdraw")
@needs(Can.ANSWER_MESSAGES)
def withdraw_template(answer_template: str) -> Any:
    commands.withdraw_template(actor(), answer_template)
    flash(_("Wzór został usunięty."), "success")
    return see_other(READY)


def _saved(public_id: str | None) -> Any:
    form = filled(TemplateForm)
    try:
        commands.save_template(
            actor(),
            public_id,
            name=form.name.data or "",
            category=form.category.data or "",
            body=form.body.data or "",
        )
    except NotThere:
        raise
    except Refused as refusal:
        return _page(form, public_id, refusal), refusal.status
    flash(_("Wzór został zapisany."), "success")
    return see_other(READY)


def _page(form: TemplateForm, public_id: str | None, refusal: Refused | None = None) -> str:
    every = SelectChoice("", _("każda sprawa"))
    form.category.choices = [every, *(SelectChoice(key, str(label)) for key, label in rules.CATEGORIES.items())]
    return render(
        "messages/template.html",
        form=form,
        sentence=refuse(form, refusal) if refusal else None,
        fields=list(rules.FIELDS.items()),
        home=READY,
        withdraw_url=f"{READY}/{public_id}/withdraw" if public_id else None,
    )
