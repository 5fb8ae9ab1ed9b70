"""The console: what Stripe told us."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.fleet.rules import said_of
from app.gateways.payments.client import configured
from app.stripe_events import commands as stripe
from app.stripe_events import queries
from app.web import menu
from app.web.pages import render, see_other
from app.web.visitor import actor

EVENTS = "/events"
pages = Blueprint("fleet_events", __name__, template_folder="templates")
menu.register("operator", _l("Zdarzenia Stripe"), "fleet_events.index", "list", 50)
STATES = {
    "waiting": _l("czeka"),
    "failed": _l("nie udało się"),
    "done": _l("obsłużone"),
    "ignored": _l("pominięte"),
}


@pages.get(EVENTS)
def index() -> str:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    page = queries.events(actor(), state, page_number(request.args.get("page")))
    return render(
        "fleet/events.html",
        page=page,
        page_url=f"{EVENTS}?state={state}&page=",
        state=state,
        states=STATES,
        tallies=queries.tallies(actor()),
        said=said_of,
        configured=configured(),
        retry_url=f"{EVENTS}/retry",
    )


@pages.post(f"{EVENTS}/retry")
def retry() -> Any:
    event_id = request.form.get("event", "").replace("\0", "")
    if queries.state_of(actor(), event_id) == "failed":
        stripe.retry(actor(), event_id)
        flash(_("Zdarzenie wróciło do kolejki."), "success")
    else:
        flash(_("To zdarzenie nie czeka już na ponowienie."), "info")
    return see_other(EVENTS)
