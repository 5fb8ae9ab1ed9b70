"""The audit log, for those who run the portal."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.audit import commands, queries, sealing
from app.audit.lines import line
from app.audit.queries import Filter
from app.audit.wording import action_label
from app.core.actor import Can
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.web import menu, sections
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("audit", __name__, template_folder="templates")
HOME = "/admin/audit"
sections.register(
    "configuration",
    _l("Dziennik zmian"),
    _l("Kto, kiedy i co zmienił w portalu. Wpisów nie można poprawić ani usunąć."),
    HOME,
    120,
    needs=Can.SEE_AUDIT,
)
menu.register(
    "staff",
    _l("Dziennik zmian"),
    "audit.index",
    "list",
    95,
    needs=Can.SEE_AUDIT,
    shown=lambda who: not who.may(Can.CONFIGURE),  # who may configure finds it in the settings of the portal
)
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@pages.get("/audit")
@needs(Can.SEE_AUDIT)
def index() -> str:
    who, wanted = actor(), _filter(request.args)
    page = queries.entries(who, wanted, page_number(request.args.get("page")))
    asked = _asked(wanted)
    return render(
        "audit/list.html",
        page=Page([line(one) for one in page.rows], page.number, page.size, page.total),
        asked=asked,
        actions=sorted(((name, action_label(name)) for name in queries.actions(who)), key=lambda pair: pair[1]),
        standing=sealing.standing(who),
        page_url="?" + urlencode({**asked, "page": ""}),
        home=HOME,
    )


@pages.post("/audit/export")
@needs(Can.SEE_AUDIT)
def export() -> Response:
    kind = request.form.get("kind", "")
    made = commands.exported(actor(), _filter(request.form), kind)
    answer = Response(made, content_type=TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="dziennik-{today():%Y-%m-%d}.{kind}"'
    return answer


def _filter(given: Any) -> Filter:
    def text(name: str) -> str | None:
        return " ".join(given.get(name, "")[:200].split()) or None

    return Filter(text("who"), text("subject"), text("action"), _day(given.get("since")), _day(given.get("until")))


def _day(typed: str | None) -> date | None:
    try:
        found = date.fromisoformat(typed or "")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None


def _asked(wanted: Filter) -> dict[str, str]:
    days = replace(wanted)
    named = {"who": days.who, "subject": days.subject, "action": days.action, "since": days.since, "until": days.until}
    return {name: str(value) for name, value in named.items() if value}
