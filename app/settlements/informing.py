"""Two pages that the law has told for nothing: heat of a year, use of a month."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.core.clock import today
from app.core.errors import NotThere
from app.meters import tabs
from app.settlements import doubts, information, paper, telling
from app.settlements.resident import HOME, as_file, frame
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

pages = Blueprint("settlement_information", __name__, template_folder="templates")
menu.pages_of(tabs.MODULE, f"resident.{pages.name}")


@pages.get(f"{HOME}/heat")
def heat() -> str:
    unit, around = frame()
    if unit is None:
        raise NotThere("")
    found = information.heat_year(actor(), unit, _year())
    query = urlencode({"unit": unit.code})
    return render(
        "settlements/heat.html",
        **around,
        info=found,
        own=telling.unit(found),
        house=telling.building(found),
        query=query,
        doubt=doubts.address(unit, f"{found.heat.unit.public_id}/whole", found.heat.run.title),
    )


@pages.get(f"{HOME}/heat.pdf")
def heat_pdf() -> Response:
    unit, _around = frame()
    if unit is None:
        raise NotThere("")
    found = information.heat_year(actor(), unit, _year())
    return as_file(paper.heat_year(found, unit.address_line, actor().name), f"cieplo-{found.year}.pdf")


@pages.get(f"{HOME}/monthly")
def monthly() -> str:
    unit, around = frame()
    if unit is None:
        return render("settlements/monthly.html", **around)
    found = information.months(actor(), unit, today())
    return render("settlements/monthly.html", **around, months=found, query=urlencode({"unit": unit.code}))


def _year() -> int | None:
    asked = request.args.get("year", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) == 4):
        raise NotThere("")
    return int(asked)
