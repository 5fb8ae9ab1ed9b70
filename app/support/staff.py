"""Dostęp wsparcia: the administrator lets the platform's operators in, sees what they did, and sends them out."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.support import commands, queries
from app.support.forms import GrantForm
from app.web import pages as rendering
from app.web import sections
from app.web.audiences import needs, open_unpaid
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor, maybe_actor
from tenants.http import TENANT

pages = Blueprint("support", __name__, template_folder="templates")
HOME = "/admin/support"
sections.register(
    "configuration", _l("Dostęp wsparcia"),
    _l("Wpuść pracowników platformy na określony czas i zobacz, co oglądali."), HOME, 125, needs=Can.MANAGE_STAFF,
)  # fmt: skip


@pages.get("/support")
@needs(Can.MANAGE_STAFF)
@open_unpaid
def index() -> str:
    return _page(filled(GrantForm))


@pages.post("/support")
@needs(Can.MANAGE_STAFF)
@open_unpaid
def let_in() -> Any:
    form = filled(GrantForm)
    try:
        commands.grant(actor(), form.hours.data or "", form.note.data or "", writes=bool(form.writes.data))
    except NotThere:
        raise
    except Refused as refusal:
        return _page(form, refuse(form, refusal)), refusal.status
    flash(_("Wsparcie ma dostęp. Możesz go odebrać w każdej chwili."), "success")
    return see_other(HOME)


@pages.post("/support/revoke")
@needs(Can.MANAGE_STAFF)
@open_unpaid
def revoke() -> Any:
    commands.revoke(actor())
    flash(_("Dostęp wsparcia został odebrany."), "success")
    return see_other(HOME)


def _page(form: GrantForm, error: str | None = None) -> str:
    who = actor()
    return render(
        "support/grants.html", form=form, error=error, grant=queries.grant_now(who), visits=queries.visits(who),
        views=queries.views(who), revoke_url=f"{HOME}/revoke",
    )  # fmt: skip


def _banner() -> dict[str, Any]:
    """What staff read above every page while support may come."""
    who = maybe_actor()
    if who is None or not who.is_staff or who.is_support or not (request.endpoint or "").startswith("staff."):
        return {}
    found = queries.grant_now(who)
    if found is None:
        return {}
    now = {
        "until": found.until, "writes": found.writes, "inside": found.inside, "may_revoke": who.may(Can.MANAGE_STAFF),
    }  # fmt: skip
    return {"support_now": now}


rendering.provide(TENANT, _banner)
