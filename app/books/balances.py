"""Salda na dzień and zaległości: what every unit owes on a day, and for how long."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from app.books.frame import (
    BALANCES,
    DEBTS,
    around,
    asked_choice,
    asked_day,
    asked_text,
    buildings,
    file,
    page_url,
    pages,
)
from app.books.queries import balances as queries
from app.books.queries.balances import AGES
from app.core.actor import Can
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.finances.rules import ACCOUNTS
from app.imports.reading.findings import Unreadable
from app.imports.reading.values import grosze
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

AGE_LABELS = {
    "month": _l("do 30 dni"),
    "quarter": _l("31–90 dni"),
    "half": _l("91–180 dni"),
    "year": _l("181–365 dni"),
    "older": _l("ponad rok"),
}


@pages.get("/balances")
@needs(Can.SEE_RESIDENTS)
def balances() -> str:
    day, building = _day(request.args), _building(request.args)
    page, sums = queries.balances(actor(), day, building, page_number(request.args.get("page")))
    asked = {"day": day.isoformat(), "building": building or ""}
    return render(
        "books/balances.html",
        **around(),
        page=page,
        sums=sums,
        day=day,
        asked=asked,
        buildings=buildings(),
        account_names=ACCOUNTS,
        page_url=page_url(asked),
        file_url=f"{BALANCES}/file",
    )


@pages.post("/balances/file")
@needs(Can.SEE_RESIDENTS)
def balances_file() -> Response:
    day, building = _day(request.form), _building(request.form)
    headers = [_("Lokal"), _("Adres"), _("Posiadacze"), _("Saldo"), *(str(label) for label in ACCOUNTS.values())]

    def table() -> tuple[list[str], Any]:
        found = queries.all_balances(actor(), day, building)
        return headers, ([one.unit_code, one.label, one.holders, one.balance, *one.accounts.values()] for one in found)

    return file("salda", _("Salda"), {"day": day.isoformat(), "building": building or ""}, table)


@pages.get("/debts")
@needs(Can.SEE_RESIDENTS)
def debts() -> str:
    day, building, age, least = _debts_asked(request.args)
    page, sums = queries.debts(actor(), day, building, age, least, page_number(request.args.get("page")))
    asked = _debts_named(day, building, age, request.args)
    return render(
        "books/debts.html",
        **around(),
        page=page,
        sums=sums,
        day=day,
        asked=asked,
        buildings=buildings(),
        ages=AGE_LABELS,
        page_url=page_url(asked),
        file_url=f"{DEBTS}/file",
    )


@pages.post("/debts/file")
@needs(Can.SEE_RESIDENTS)
def debts_file() -> Response:
    day, building, age, least = _debts_asked(request.form)
    headers = [
        _("Lokal"), _("Adres"), _("Posiadacze"), _("Po terminie"), *(str(label) for label in AGE_LABELS.values()),
        _("Najstarszy termin"), _("Przed terminem"), _("Saldo"),
    ]  # fmt: skip

    def table() -> tuple[list[str], Any]:
        found = queries.all_debts(actor(), day, building, age, least)
        return headers, (
            [one.unit_code, one.label, one.holders, one.late, *one.ages.values(), one.oldest, one.waits, one.balance]
            for one in found
        )

    return file("zaleglosci", _("Zaległości"), _debts_named(day, building, age, request.form), table)


def _day(given: Any) -> date:
    return asked_day("day", given) or today()


def _building(given: Any) -> str | None:
    return asked_choice("building", dict(buildings()), given)


def _debts_asked(given: Any) -> tuple[date, str | None, str | None, int]:
    return _day(given), _building(given), asked_choice("age", AGES, given), _least(given)


def _least(given: Any) -> int:
    """The least sum asked for, in grosze; what cannot be read asks for none."""
    try:
        return int(grosze()(asked_text("least", given)))
    except Unreadable:
        return 0


def _debts_named(day: date, building: str | None, age: str | None, given: Any) -> dict[str, str]:
    least = asked_text("least", given) if _least(given) else ""
    return {"day": day.isoformat(), "building": building or "", "age": age or "", "least": least}
