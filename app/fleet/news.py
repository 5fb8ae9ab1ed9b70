"""The console: notices to the staff of managers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.fleet import notices
from app.fleet.forms import NoticeForm
from app.fleet.notices import Draft, Told
from app.web import menu
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/notices"
pages = Blueprint("fleet_news", __name__, template_folder="templates")
menu.register("operator", _l("Komunikaty"), "fleet_news.index", "bell", 25)


@pages.get(PATH)
def index() -> str:
    page = notices.told(actor(), page_number(request.args.get("page")))
    return render("fleet/notices.html", page=page, page_url=f"{PATH}?page=")


@pages.route(f"{PATH}/new", methods=["GET", "POST"])
def new() -> Any:
    form = filled(NoticeForm, starts_on=today().isoformat())
    if request.method != "POST":
        return _form(form)
    try:
        notices.publish(actor(), _draft(form))
    except Refused as refusal:
        return _form(form, None, refuse(form, refusal)), 422
    flash(_("Komunikat jest zapisany."), "success")
    return see_other(PATH)


@pages.route(f"{PATH}/<public_id>", methods=["GET", "POST"])
def edit(public_id: str) -> Any:
    found = notices.one(actor(), public_id)
    form = filled(
        NoticeForm, title=found.title, body=found.body, importance=found.importance, audience=found.audience,
        kinds=list(found.kinds), slugs=" ".join(found.slugs), starts_on=found.starts_on.isoformat(),
        ends_on=found.ends_on.isoformat() if found.ends_on else "",
    )  # fmt: skip
    if request.method != "POST":
        return _form(form, found)
    try:
        notices.change(actor(), public_id, _draft(form))
    except (NotThere, Conflict):
        raise
    except Refused as refusal:
        return _form(form, found, refuse(form, refusal)), 422
    flash(_("Komunikat jest zapisany."), "success")
    return see_other(PATH)


@pages.post(f"{PATH}/<public_id>/withdraw")
def withdraw(public_id: str) -> Any:
    notices.withdraw(actor(), public_id)
    flash(_("Komunikat jest wycofany i nikt go już nie zobaczy."), "success")
    return see_other(PATH)


def _draft(form: NoticeForm) -> Draft:
    return Draft(
        title=form.title.data or "",
        body=form.body.data or "",
        importance=form.importance.data or "",
        audience=form.audience.data or "",
        kinds=tuple(form.kinds.data or ()),
        slugs=(form.slugs.data or "")[:20_000],
        starts_on=form.starts_on.data or "",
        ends_on=form.ends_on.data or "",
    )


def _form(form: NoticeForm, found: Told | None = None, sentence: str | None = None) -> str:
    return render("fleet/notice.html", form=form, found=found, sentence=sentence, path=PATH)
