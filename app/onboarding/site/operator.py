"""The console's page of managers that want to be listed, and what their own pages say of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, request
from wtforms import Form, StringField

from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.onboarding.site import approvals
from app.operators import panels
from app.operators.panels import Panel
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/listings"
pages = Blueprint("listings", __name__, template_folder="../templates")
menu.register("operator", _l("Wpisy na listę"), "listings.index", "search", 28, count=approvals.waiting_count)


class RefusalForm(Form):
    reason = StringField(
        _l("Powód odmowy"), description=_l("Zarządca przeczyta go w Pierwszych krokach."),
        render_kw={"maxlength": str(approvals.LONGEST_REASON)},
    )  # fmt: skip


@pages.get(PATH)
def index() -> str:
    who = actor()
    return render("site/listings.html", requests=approvals.waiting(who), decided=approvals.decided(who), path=PATH)


@pages.get(f"{PATH}/<slug>")
def show(slug: str) -> str:
    return _page(slug, filled(RefusalForm))


@pages.post(f"{PATH}/<slug>/approve")
def approve(slug: str) -> Any:
    said = _("Zarządca jest już na liście.")
    return _step(slug, lambda form: approvals.approve(actor(), slug, _seen()), said)


@pages.post(f"{PATH}/<slug>/refuse")
def turn_down(slug: str) -> Any:
    said = _("Odmówiono. Zarządca przeczyta powód.")
    return _step(slug, lambda form: approvals.refuse(actor(), slug, _seen(), form.reason.data or ""), said)


def _step(slug: str, step: Callable[[RefusalForm], None], said: str) -> Any:
    form = filled(RefusalForm)
    try:
        step(form)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(slug, form, refuse(form, refusal)), refusal.status
    flash(said, "success")
    return see_other(PATH)


def _page(slug: str, form: RefusalForm, error: str | None = None) -> str:
    found = approvals.of(actor(), slug)
    if found is None:
        raise NotThere(_("Nie ma takiego zarządcy."))
    return render("site/listing.html", one=found, form=form, error=error, path=PATH)


def _seen() -> str:
    return request.form.get("seen", "")[:64]


def _panel(who: Actor, slug: str) -> Panel | None:
    found = approvals.of(who, slug)
    return None if found is None else Panel("site/_listing.html", {"one": found, "url": f"{PATH}/{slug}"})


panels.register("listing", 65, _panel)
