"""Prace w budynku: what residents are shown of the works on their building."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from flask import Blueprint, Response

from app.accounts.holdings import holdings
from app.attachments.serving import handed_out, picture
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.documents.beside import Beside, register
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor
from app.works.showing import queries
from app.works.showing.queries import ShownFile, ShownSite
from app.works.showing.rules import share

HOME = "/documents/works"
pages = Blueprint("works_shown", __name__, template_folder="templates")
menu.pages_of("documents", "resident.works_shown")


def _beside(who: Actor, units: list[str]) -> list[Beside]:
    return [
        Beside(one.name, _("Prace w budynku: harmonogram, zdjęcia, wydatki"), f"{HOME}/{one.public_id}")
        for one in queries.sites(who, units)
    ]


register("works", _beside)


@pages.get(HOME)
def index() -> str:
    return render("showing/index.html", sites=queries.sites(actor(), _units()), home=HOME)


@pages.get(f"{HOME}/<site>")
def show(site: str) -> str:
    shown = queries.site(actor(), _units(), site)
    found = queries.files(actor(), shown.id)
    photos = [one for one in found if one.kind == "photo"]
    weeks = [(week, list(group)) for week, group in groupby(photos, key=lambda one: one.week_on)]
    return render(
        "showing/show.html",
        shown=shown,
        home=HOME,
        day=today(),
        weeks=weeks,
        protocols=[one for one in found if one.kind == "protocol"],
        documents=[one for one in found if one.kind not in ("photo", "protocol")],
        stages=queries.stages(actor(), shown.id),
        **_money(shown),
    )


@pages.get(f"{HOME}/<site>/files/<works_file>")
def file(site: str, works_file: str) -> Response:
    found = _file(site, works_file)
    return handed_out(found.file_id, found.name)


@pages.get(f"{HOME}/<site>/files/<works_file>/picture")
def photo(site: str, works_file: str) -> Response:
    found = _file(site, works_file)
    if not found.content_type.startswith("image/"):
        raise NotThere("")
    return picture(found.file_id, width=320)


def _file(site: str, works_file: str) -> ShownFile:
    return queries.file(actor(), queries.site(actor(), _units(), site).id, works_file)


def _units() -> list[str]:
    return [unit.code for unit in holdings(actor(), today()).units]


def _money(shown: ShownSite) -> dict[str, Any]:
    lines = queries.money(actor(), shown.id) if shown.with_money else []
    planned, spent = sum(one.planned for one in lines), sum(one.spent for one in lines)
    return {"money": lines, "planned": planned, "spent": spent, "share": share(spent, planned)}
