"""The audit log, for those who run the portal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from app.audit import commands, queries, sealing
from app.audit.queries import Entry, Filter
from app.audit.wording import action_label, actor_kind_label, field_label, value_text
from app.core.actor import Can
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.web import menu
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("audit", __name__, template_folder="templates")
menu.register("staff", _l("Dziennik zmian"), "audit.index", "list", 95, needs=Can.SEE_AUDIT)
HOME = "/admin/audit"
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field that changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log in words: what changed, and what else was noted as (label, value)."""

    at: datetime
    who: str
    kind: str
    what: str
    subject: str
    address: str | None
    changes: list[Change]
    notes: list[tuple[str, str]]


@pages.get("/audit")
@needs(Can.SEE_AUDIT)
def index() -> str:
    who, wanted = actor(), _filter(request.args)
    page = queries.entries(who, wanted, page_number(request.args.get("page")))
    asked = _asked(wanted)
    return render(
        "audit/list.html",
        page=Page([_line(one) for one in page.rows], page.number, page.size, page.total),
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


def _line(one: Entry) -> Line:
    detail = dict(one.detail or {})
    before, after = detail.pop("before", None), detail.pop("after", None)
    old: dict[str, Any] = before if isinstance(before, dict) else {}
    new: dict[str, Any] = after if isinstance(after, dict) else {}
    if old or new:
        detail.pop("fields", None)
    names = list(dict.fromkeys([*old, *new]))
    return Line(
        at=one.at,
        who=one.actor,
        kind=actor_kind_label(one.actor_kind),
        what=action_label(one.action),
        subject=one.subject,
        address=one.address,
        changes=[Change(field_label(name), value_text(old.get(name)), value_text(new.get(name))) for name in names],
        notes=[(field_label(name), value_text(value)) for name, value in detail.items() if value not in (None, [], "")],
    )
