"""The console: who works, what waits, what failed, over all managers and at each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.fleet import commands, looking, queries, workforce
from app.operators.queries import manager
from app.web import menu
from app.web.pages import render, see_other
from app.web.visitor import actor

PATH = "/jobs"
pages = Blueprint("fleet_work", __name__, template_folder="templates")
menu.register("operator", _l("Zadania w tle"), "fleet_work.index", "clock", 40)


@pages.get(PATH)
def index() -> str:
    return render(
        "fleet/work.html",
        force=workforce.workforce(actor()),
        sums=queries.sums(actor()),
        work=looking.platform_work(actor()),
        retry_url=f"{PATH}/retry",
        page=queries.with_work(actor(), page_number(request.args.get("page"))),
        page_url=f"{PATH}?page=",
    )


@pages.post(f"{PATH}/retry")
def retry_platform() -> Any:
    return _told(commands.retry_platform(actor(), _number()), PATH)


@pages.get("/tenants/<slug>/jobs")
def of_tenant(slug: str) -> str:
    found = manager(actor(), slug)
    back = f"/tenants/{found.slug}"
    return render(
        "fleet/work_of.html",
        tenant=found,
        work=looking.work_of(actor(), slug),
        retry_url=f"{back}/jobs/retry",
        back=back,
        most=looking.MOST_JOBS,
    )


@pages.post("/tenants/<slug>/jobs/retry")
def retry(slug: str) -> Any:
    return _told(commands.retry(actor(), slug, _number()), f"/tenants/{slug}/jobs")


def _told(done: bool, address: str) -> Any:
    if done:
        flash(_("Zadanie wróciło do kolejki."), "success")
    else:
        flash(_("To zadanie nie czeka już na ponowienie."), "info")
    return see_other(address)


def _number() -> int:
    """The row's number out of the form. Raises `NotThere` for anything else."""
    typed = request.form.get("job", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 18):
        raise NotThere(_("Nie ma takiego zadania."))
    return int(typed)
