"""The console's page of a manager's own domains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from wtforms import Form, StringField

from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from app.core.language import lazy_gettext as _l
from app.domains import commands, queries
from app.operators import panels
from app.operators.panels import Panel
from app.operators.queries import tenant as manager
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("domains", __name__, template_folder="templates")


class HostForm(Form):
    host = StringField(_l("Domena"), description=_l("Na przykład portal.spoldzielnia.pl."))


@pages.get("/tenants/<slug>/domains")
def index(slug: str) -> str:
    return _page(slug, filled(HostForm))


@pages.post("/tenants/<slug>/domains")
def claim(slug: str) -> Any:
    return _step(slug, lambda form: commands.claim(actor(), slug, form.host.data or ""))


@pages.post("/tenants/<slug>/domains/<domain_claim>/activate")
def activate(slug: str, domain_claim: str) -> Any:
    return _step(slug, lambda _form: commands.activate(actor(), slug, domain_claim))


@pages.post("/tenants/<slug>/domains/<domain_claim>/remove")
def remove(slug: str, domain_claim: str) -> Any:
    return _step(slug, lambda _form: commands.remove(actor(), slug, domain_claim))


def _step(slug: str, step: Callable[[HostForm], None]) -> Any:
    form = filled(HostForm)
    try:
        step(form)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(slug, form, refuse(form, refusal)), refusal.status
    return see_other(f"/tenants/{slug}/domains")


def _page(slug: str, form: HostForm, error: str | None = None) -> str:
    found = manager(slug)
    return render(
        "domains/console.html", form=form, error=error, claims=queries.claims(actor(), found.id), name=found.name,
        base=f"/tenants/{found.slug}",
    )  # fmt: skip


def _panel(who: Actor, slug: str) -> Panel:
    return Panel(
        "domains/_panel.html", {"claims": queries.claims(who, manager(slug).id), "url": f"/tenants/{slug}/domains"}
    )


panels.register("domains", 60, _panel)
