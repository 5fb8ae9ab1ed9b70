"""The console's pages of closings: one manager's steps, and what was closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from wtforms import Form, StringField

from app.billing import state
from app.closing import commands, queries
from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from app.core.language import lazy_gettext as _l
from app.operators import panels
from app.operators.panels import Panel
from app.operators.queries import tenant as manager
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("closing", __name__, template_folder="templates")
menu.register("operator", _l("Zamknięcia"), "closing.index", "lock", 30)


class ClosingForm(Form):
    slug = StringField(_l("Subdomena zarządcy"), description=_l("Wpisz ją jeszcze raz, żeby potwierdzić."))
    reason = StringField(_l("Powód"))


@pages.get("/closings")
def index() -> str:
    return render("closing/list.html", closings=queries.latest(actor()))


@pages.get("/tenants/<slug>/closing")
def show(slug: str) -> str:
    return _page(slug, filled(ClosingForm))


@pages.post("/tenants/<slug>/closing")
def ask(slug: str) -> Any:
    return _step(slug, lambda form: commands.ask(actor(), slug, form.slug.data or "", form.reason.data or ""))


@pages.post("/tenants/<slug>/closing/confirm")
def confirm(slug: str) -> Any:
    return _step(slug, lambda form: commands.confirm(actor(), slug, form.slug.data or ""))


@pages.post("/tenants/<slug>/closing/back")
def take_back(slug: str) -> Any:
    return _step(slug, lambda form: commands.take_back(actor(), slug, form.reason.data or ""))


def _step(slug: str, step: Callable[[ClosingForm], None]) -> Any:
    form = filled(ClosingForm)
    try:
        step(form)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(slug, form, refuse(form, refusal)), refusal.status
    return see_other(f"/tenants/{slug}/closing")


def _page(slug: str, form: ClosingForm, error: str | None = None) -> str:
    who, found = actor(), manager(slug)
    closing = queries.live(who, found.id)
    return render(
        "closing/one.html", form=form, error=error, closing=closing, name=found.name, slug=found.slug,
        base=f"/tenants/{found.slug}", charged=state.account(found.id),
        mine=closing is not None and closing.asked_by == who.login,
    )  # fmt: skip


def _panel(who: Actor, slug: str) -> Panel:
    return Panel(
        "closing/_panel.html", {"closing": queries.live(who, manager(slug).id), "url": f"/tenants/{slug}/closing"}
    )


panels.register("closing", 80, _panel)
