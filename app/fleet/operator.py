"""The console: all managers, and the figures on the page of each."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, request, url_for

from app.core.actor import Actor
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.fleet import commands, looking, plans, problems, queries
from app.hooks.health import said_of
from app.operators import panels
from app.operators.queries import live_orders
from app.web import menu
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/tenants"
pages = Blueprint("fleet", __name__, template_folder="templates")
menu.register("operator", _l("Zarządcy"), "fleet.index", "estate", 10, also=("operator.operators",))
SORTS = {
    "name": _l("według nazwy"),
    "problems": _l("najpierw z problemami"),
    "import": _l("najdawniejszy import"),
    "mailout": _l("najdawniejsza wysyłka"),
    "units": _l("najwięcej lokali"),
    "room": _l("najwięcej miejsca"),
    "newest": _l("najnowsi"),
}
STATUSES = {"active": _l("działa"), "suspended": _l("wstrzymany")}


@pages.get(PATH)
def index() -> str:
    asked = queries.Asked.of(request.args)
    number = page_number(request.args.get("page"))
    words = asked.words()
    query = urlencode(words)
    return render(
        "fleet/index.html",
        page=queries.managers(actor(), asked, number),
        page_url=f"{PATH}?{query}{'&' if query else ''}page=",
        orders=live_orders(actor()) if number == 1 and not words else [],
        asked=asked,
        plan=words.get("plan", ""),
        tallies=queries.tallies(actor()),
        labels=problems.LABELS,
        statuses=STATUSES,
        plans=[(code or "-", plans.name_of(code)) for code in plans.CODES],
        plan_name=plans.name_of,
        sorts=SORTS,
        every=queries.ANY,
    )


@pages.post(f"{PATH}/refresh")
def refresh_all() -> Any:
    commands.refresh_all(actor())
    flash(_("Zarządcy przeliczają swoje dane. Lista odświeży się w ciągu kilku minut."), "success")
    return see_other(PATH)


@pages.post(f"{PATH}/<slug>/refresh")
def refresh(slug: str) -> Any:
    commands.refresh(actor(), slug)
    flash(_("Dane o zarządcy są aktualne."), "success")
    return see_other(url_for("operator.operators.tenant", slug=slug))


def _panel(who: Actor, slug: str) -> panels.Panel:
    found = looking.look(who, slug)
    context = {
        "found": found,
        "labels": problems.LABELS,
        "plan": plans.name_of(found.line.plan),
        "refresh_url": f"{PATH}/{slug}/refresh",
        "hook_error": said_of,
    }
    return panels.Panel("fleet/panel.html", context)


panels.register("fleet", 20, _panel)
