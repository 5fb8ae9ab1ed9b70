"""The console: letters and webhooks of all managers."""

from __future__ import annotations

from flask import Blueprint, request

from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.fleet import queries
from app.hooks.health import said_of
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

DELIVERIES = "/deliveries"
pages = Blueprint("fleet_traffic", __name__, template_folder="templates")
menu.register("operator", _l("Wiadomości"), "fleet_traffic.deliveries", "mail", 45)


@pages.get(DELIVERIES)
def deliveries() -> str:
    return render(
        "fleet/deliveries.html",
        sums=queries.sums(actor()),
        page=queries.with_letters(actor(), page_number(request.args.get("page"))),
        page_url=f"{DELIVERIES}?page=",
        failing=queries.with_failing_hooks(actor()),
        hook_error=said_of,
    )
