"""Dowód salda: the balance proved on one page, what the portal showed on another day, confirmations on paper."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, request

from app.accounts.holdings import HeldUnit, holdings
from app.accounts.rules import TooMany
from app.core.clock import local, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.finances import queries, tabs
from app.finances.asking import ConfirmationForm, DayForm, day_of
from app.finances.commands.confirming import confirm
from app.finances.confirmations import paper
from app.finances.frame import frame
from app.finances.queries import confirmations, history, proof
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HERE = "/payments/proof"
PAPERS = f"{HERE}/confirmations"
pages = Blueprint("finances_proof", __name__, template_folder="templates")
tabs.register(HERE, _l("Dowód salda"), 40, pages.name)


@pages.get(HERE)
def show() -> str:
    return _page(filled(ConfirmationForm, day=today()))


@pages.get(f"{HERE}/history")
def past() -> Any:
    unit, around = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/history.html", **around)
    began = history.first_shown(actor())
    earliest = max([day for day in (local(began).date() if began else None, unit.since) if day], default=today())
    form = DayForm(request.args if "day" in request.args else None)
    found, error = None, None
    if "day" in request.args:
        error = None if form.validate() else str(form.day.errors[0])
        day = day_of(form)
        if error is None:
            error = _outside(day, earliest)
        if error is None and day is not None:
            found = history.then(actor(), unit, day)
    if error:
        form.day.errors = [error]
    page = render(
        "finances/history.html",
        **around,
        form=form,
        day=day_of(form),
        earliest=earliest,
        latest=today(),
        then=found,
        proof_url=_address(HERE, unit),
        most=history.MOST,
    )
    return (page, 422) if error else page


@pages.post(PAPERS)
def issue() -> Any:
    unit, _around = frame(holdings(actor(), today()))
    if unit is None:
        raise NotThere(_("Nie ma takiego lokalu."))
    form = filled(ConfirmationForm)
    try:
        if not form.validate():
            return _page(form), 422
        public_id = confirm(actor(), unit, day_of(form))
    except TooMany as refusal:
        response = make_response(_page(form, refusal.message), refusal.status)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    except Refused as refusal:
        return _page(form, refuse(form, refusal)), refusal.status
    return see_other(_address(f"{PAPERS}/{public_id}.pdf", unit))


@pages.get(f"{PAPERS}/<confirmation>.pdf")
def download(confirmation: str) -> Response:
    unit, _around = frame(holdings(actor(), today()))
    if unit is None:
        raise NotThere(_("Nie ma takiego potwierdzenia."))
    found = confirmations.confirmation(actor(), unit, confirmation)
    response = make_response(paper(found, unit, actor().name or actor().login))
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="potwierdzenie-salda-{found.on_day:%Y-%m-%d}.pdf"'
    return response


def _page(form: ConfirmationForm, error: str | None = None) -> str:
    unit, around = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/proof.html", **around)
    proved = proof.proof(actor(), unit)
    years = [year.number for year in reversed(proved.years)]
    asked = request.args.get("year", "")
    chosen = int(asked) if asked in map(str, years) else (years[0] if years else today().year)
    page = proof.proof_entries(actor(), unit, chosen, page_number(request.args.get("page")))
    return render(
        "finances/proof.html",
        **around,
        proof=proved,
        standing=queries.standing(actor(), unit, today()),
        years=years,
        year=next((year for year in proved.years if year.number == chosen), None),
        page=page,
        groups=[(label, list(rows)) for label, rows in groupby(page.rows, key=attrgetter("account_label"))],
        page_url=f"{_address(HERE, unit, year=chosen)}&page=",
        year_url=_address(HERE, unit) + "&year=",
        history_url=_address(f"{HERE}/history", unit),
        issue_url=_address(PAPERS, unit),
        papers=[
            (one, _address(f"{PAPERS}/{one.public_id}.pdf", unit)) for one in confirmations.confirmations(actor(), unit)
        ],
        form=form,
        error=error,
        latest=today(),
    )


def _address(path: str, unit: HeldUnit, **more: Any) -> str:
    return f"{path}?{urlencode({'unit': unit.code, **more})}"


def _outside(day: date | None, earliest: date) -> str | None:
    if day is None:
        return _("Podaj dzień, na przykład 31.12.2025.")
    if day > today():
        return _("Wybierz dzień nie późniejszy niż dzisiaj.")
    if day < earliest:
        return _("Najwcześniejszy dzień, który możemy pokazać, to %(day)s.", day=f"{earliest:%d.%m.%Y}")
    return None
