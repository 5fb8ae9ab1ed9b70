"""Rozliczenia liczników: what a unit's heat and water came to, and each step of how it did."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from app.accounts import queries as accounts
from app.accounts.holdings import HeldUnit, holdings
from app.accounts.switching import switch
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.meters import tabs
from app.settlements import doubts, paper, queries
from app.settlements.placing import Placing, placing
from app.settlements.queries.mine import Whole
from app.settlements.rules import HEAT
from app.settlements.workings import period_words, workings
from app.web.pages import render
from app.web.visitor import actor

HOME = "/media/settlements"
pages = Blueprint("settlements", __name__, template_folder="templates")
tabs.register(
    HOME,
    _l("Rozliczenia liczników"),
    20,
    pages.name,
    "EXISTS (SELECT 1 FROM media_settlements s WHERE s.unit_code = h.unit_code AND s.until_revision IS NULL) "
    "OR EXISTS (SELECT 1 FROM settlement_run_units s WHERE s.unit_code = h.unit_code)",
)


@pages.get(HOME)
def index() -> str:
    unit, around = frame()
    if unit is None:
        return render("settlements/index.html", **around)
    found = queries.listed(actor(), unit)
    years = sorted({one.to_on.year for one in found}, reverse=True)
    asked = request.args.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 and int(asked) in years else None
    heat = sorted(
        {one.to_on.year for one in found if one.medium == HEAT and one.settlement and one.counts}, reverse=True
    )
    return render(
        "settlements/index.html",
        **around,
        settlements=[one for one in found if year is None or one.to_on.year == year],
        years=years,
        year=year,
        heat_years=heat,
        outcome=doubts.outcome,
        period=period_words,
        query=urlencode({"unit": unit.code}),
    )


@pages.get(f"{HOME}/books")
def of_books() -> str:
    unit, around = _unit()
    found = queries.of_books(actor(), unit, request.args.get("number", ""))
    subject = _("Rozliczenie: %(medium)s, %(period)s", medium=found.medium_label, period=_period(found))
    return render(
        "settlements/book.html",
        **around,
        settlement=found,
        period=_period(found),
        before=queries.year_before(actor(), unit, found.medium, found.from_on, found.to_on),
        outcome=doubts.outcome,
        doubt=doubts.address(unit, f"{doubts.BOOKS}/{found.number}", subject),
        links=_links(unit, found.medium, found.to_on.year, found.balance),
    )


@pages.get(f"{HOME}/<settlement>")
def show(settlement: str) -> str:
    unit, around = _unit()
    found = queries.whole(actor(), unit, settlement)
    subject = _("Rozliczenie: %(medium)s, %(period)s", medium=found.run.medium_label, period=_period(found.run))

    def doubt(key: str) -> str:
        return doubts.address(unit, f"{settlement}/{key}", subject)

    return render(
        "settlements/show.html",
        **around,
        whole=found,
        run=found.run,
        one=found.unit,
        how=workings(found),
        place=place(found),
        period=_period(found.run),
        outcome=doubts.outcome,
        doubt=doubt,
        links=_links(unit, found.run.medium, found.run.to_on.year, found.unit.balance),
        query=urlencode({"unit": unit.code}),
    )


@pages.get(f"{HOME}/<settlement>.pdf")
def pdf_file(settlement: str) -> Response:
    unit, _around = _unit()
    found = queries.whole(actor(), unit, settlement)
    name = f"rozliczenie-{re.sub('[^0-9A-Za-z-]+', '-', unit.code)}-{found.run.to_on:%Y-%m}.pdf"
    return as_file(paper.settlement(found, unit.address_line, actor().name), name)


def as_file(made: bytes, name: str) -> Response:
    """A PDF to be saved."""
    response = make_response(made)
    response.headers["Content-Type"] = "application/pdf"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def frame() -> tuple[HeldUnit | None, dict[str, Any]]:
    """The unit and the context of `meters/frame.html`, for those who settle for it. Raises `NotThere`."""
    mine = holdings(actor(), today())
    chosen = switch(mine.settled())
    context: dict[str, Any] = {
        "units": chosen.units, "unit": chosen.unit, "as_of": mine.as_of, "tabs": tabs.row(chosen),
    }  # fmt: skip
    if chosen.unit is None:
        context |= {"lodges": bool(mine.units), "gone": not mine.units and accounts.held_before(actor(), today())}
    return (chosen.unit if mine.as_of is not None else None), context


def place(found: Whole) -> Placing | None:
    """The unit's place among those of its building: heat a square metre, water as it was used."""
    run, unit = found.run, found.unit
    if unit.by_norm or not unit.area:
        return None
    others = queries.neighbours(actor(), unit.public_id)
    thousandth = Decimal("0.001")
    if run.medium == HEAT:
        return placing(
            (unit.counted / unit.area).quantize(thousandth),
            [(use / area).quantize(thousandth) for use, area, _c in others],
        )
    return placing(unit.counted, [use for use, _area, _cost in others])


def _unit() -> tuple[HeldUnit, dict[str, Any]]:
    unit, around = frame()
    if unit is None:
        raise NotThere(_("Nie ma takiego rozliczenia."))
    return unit, around


def _period(one: Any) -> str:
    return period_words(one.from_on, one.to_on)


def _links(unit: HeldUnit, medium: str, year: int, balance: int) -> dict[str, str]:
    """Where the money of a settlement is to be found: entries of the ledger, readings, the slip."""
    account = "heat" if medium == HEAT else "water"
    code = {"unit": unit.code}
    owed = f"{balance // 100},{balance % 100:02d}"
    return {
        "entries": f"/payments/entries?{urlencode({**code, 'account': account, 'kind': 'settlement', 'year': 'all'})}",
        "charges": f"/payments/entries?{urlencode({**code, 'account': account, 'kind': 'charge', 'year': year})}",
        "readings": f"/media/meters?{urlencode(code)}#{medium}",
        "slip": f"/payments/slip?{urlencode({**code, 'what': 'own', 'amount': owed})}",
        "list": f"{HOME}?{urlencode(code)}",
        "write": f"/messages?{urlencode({**code, 'category': 'charges'})}",
    }
