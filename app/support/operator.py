"""The console's side of support access: whether a manager lets operators in, and the way in."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from sqlalchemy.exc import DBAPIError

from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from app.operators import panels
from app.operators.panels import Panel
from app.operators.queries import tenant as manager
from app.support import commands, queries
from app.support.forms import ReasonForm
from app.web.forms import filled, refuse
from app.web.pages import render
from app.web.visitor import actor
from tenants.context import bind
from tenants.errors import TenantError

pages = Blueprint("support", __name__, template_folder="templates")


@pages.route("/tenants/<slug>/support", methods=["GET", "POST"])
def enter(slug: str) -> Any:
    """The page that asks for a reason; having it, the page with the link."""
    who, found = actor(), manager(slug)
    form, link, error, status = filled(ReasonForm), None, None, 200
    if request.method == "POST":
        try:
            link = commands.ask_in(who, slug, form.note.data or "")
        except NotThere:
            raise
        except Refused as refusal:
            error, status = refuse(form, refusal), refusal.status
    page = render(
        "support/console.html", form=form, error=error, link=link, name=found.name, slug=found.slug,
        grant=_grant(who, slug), url=f"/tenants/{found.slug}/support", back=f"/tenants/{found.slug}",
    )  # fmt: skip
    return page, status


def _grant(who: Actor, slug: str) -> queries.Grant | None:
    try:
        with bind(manager(slug)):
            return queries.grant_now(who)
    except (DBAPIError, TenantError):  # a schema that is far behind; the console must still be shown
        return None


def _panel(who: Actor, slug: str) -> Panel:
    return Panel("support/_panel.html", {"grant": _grant(who, slug), "url": f"/tenants/{slug}/support"})


panels.register("support", 70, _panel)
