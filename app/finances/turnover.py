"""Obroty: everything that was booked on a unit's account, over any period, to look at and to take away."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from babel.dates import get_month_names
from flask import Blueprint, make_response, request
from werkzeug.wrappers import Response

from app.accounts.holdings import HeldUnit, holdings
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import language
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.finances import entry_files, queries, tabs
from app.finances.entry_files import Taken
from app.finances.frame import frame
from app.finances.periods import ALL, Period, period
from app.finances.queries import Asked, Entry, Totals
from app.finances.rules import ACCOUNTS, KINDS
from app.web.pages import render
from app.web.visitor import actor

ENTRIES, DOCUMENT = "/payments/entries", "/payments/entries/document"
MOST_ROWS = 20_000
pages = Blueprint("turnover", __name__, template_folder="templates")
tabs.register(ENTRIES, _l("Rachunki i płatności"), 20, pages.name)


@dataclass(frozen=True, slots=True)
class Choice:
    """What of the entries is asked for: the period, and what it is narrowed to."""

    period: Period
    asked: Asked
    years: list[int]

    @property
    def query(self) -> dict[str, str]:
        return self.period.query | _narrowed(self.asked)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the list: its first day, its totals (grosze), and those of its entries that are on this page."""

    first: date
    totals: Totals
    rows: list[Entry]


@pages.get(ENTRIES)
def entries() -> str:
    unit, around = frame(holdings(actor(), today()))
    if unit is None:
        return render("finances/entries.html", **around)
    choice = chosen(unit)
    page = queries.entries(actor(), unit, choice.asked, page_number(request.args.get("page")))
    months = queries.months(actor(), unit, choice.asked)
    here = {"unit": unit.code, **choice.query}
    return render(
        "finances/entries.html",
        **around,
        choice=choice,
        options=_options(unit, choice),
        says=says(choice.period),
        sums=queries.sums(actor(), unit, choice.asked),
        of_years=_of_years(months.items(), unit, choice.asked) if choice.period.year is None else [],
        page=page,
        months=_grouped(page.rows, months),
        page_url=f"{ENTRIES}?{urlencode(here | {'page': ''})}",
        files={ending: f"{ENTRIES}.{ending}?{urlencode(here)}" for ending in ("pdf", "xlsx", "csv")},
        document_url=f"{DOCUMENT}?{urlencode({'unit': unit.code, 'number': ''})}",
    )


@pages.get(DOCUMENT)
def document() -> str:
    unit, around = frame(holdings(actor(), today()))
    if unit is None:
        raise NotThere(_("Nie ma takiego dokumentu."))
    found = queries.document(actor(), unit, request.args.get("number", ""))
    return render(
        "finances/document.html",
        **around,
        document=found,
        back_url=f"{ENTRIES}?{urlencode({'unit': unit.code, 'year': found.entries[0].date.year})}",
    )


@pages.get(f"{ENTRIES}.csv")
def csv_file() -> Response:
    return _file(entry_files.as_csv, "text/csv; charset=utf-8", "csv")


@pages.get(f"{ENTRIES}.xlsx")
def xlsx_file() -> Response:
    return _file(entry_files.as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx")


@pages.get(f"{ENTRIES}.pdf")
def pdf_file() -> Response:
    return _file(entry_files.as_pdf, "application/pdf", "pdf")


def _file(write: Callable[[Taken], bytes], mimetype: str, ending: str) -> Response:
    """What the list shows, whole and oldest first."""
    mine = holdings(actor(), today())
    unit, _around = frame(mine)
    if unit is None or mine.as_of is None:
        raise NotThere(_("Nie ma tu jeszcze żadnych operacji."))
    choice = chosen(unit)
    rows = queries.entries(actor(), unit, choice.asked, size=MOST_ROWS).rows[::-1]
    narrowed = [KINDS.get(choice.asked.kind or ""), ACCOUNTS.get(choice.asked.account or "", choice.asked.account)]
    taken = Taken(
        unit,
        says(choice.period),
        ", ".join(str(word) for word in narrowed if word),
        queries.sums(actor(), unit, choice.asked),
        rows,
        mine.as_of,
    )
    name = f"obroty-{re.sub('[^0-9A-Za-z-]+', '-', unit.code)}-{'-'.join(choice.period.query.values())}.{ending}"
    response = make_response(write(taken))
    response.headers["Content-Type"] = mimetype
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def chosen(unit: HeldUnit) -> Choice:
    """What the address asks for; what it asks wrongly counts as not asked."""
    years = queries.years(actor(), unit)
    when = period(request.args, years, today())
    kind, account = request.args.get("kind"), request.args.get("account")
    narrowed = Asked(
        when.first,
        when.last,
        kind if kind in KINDS else None,
        account if account in queries.accounts(actor(), unit) else None,
    )
    return Choice(when, narrowed, years)


def says(when: Period) -> str:
    """The period in words."""
    if when.own:
        first, last = (f"{day:%d.%m.%Y}" if day else "" for day in (when.first, when.last))
        if first and last:
            return _("Od %(first)s do %(last)s", first=first, last=last)
        return _("Od %(first)s", first=first) if first else _("Do %(last)s", last=last)
    if when.year is None:
        return _("Wszystkie lata")
    if when.month is None:
        return _("Rok %(year)s", year=when.year)
    name = _month_names()[when.month]
    return f"{name[:1].upper()}{name[1:]} {when.year}"


def _options(unit: HeldUnit, choice: Choice) -> dict[str, list[tuple[str, Any]]]:
    """What there is to choose from, as values and labels."""
    has = queries.accounts(actor(), unit)
    return {
        "year": [*((str(year), str(year)) for year in choice.years), (ALL, _("wszystkie"))],
        "month": [("", _("cały rok")), *((str(number), name) for number, name in sorted(_month_names().items()))],
        "kind": [("", _("wszystkie")), *KINDS.items()],
        "account": [("", _("wszystkie")), *((kind, ACCOUNTS.get(kind, kind)) for kind in has)] if len(has) > 1 else [],
    }


def _narrowed(asked: Asked) -> dict[str, str]:
    narrowed = {"kind": asked.kind, "account": asked.account}
    return {name: value for name, value in narrowed.items() if value}


def _month_names() -> dict[int, str]:
    return dict(get_month_names("wide", "stand-alone", locale=language()))


def _grouped(rows: list[Entry], months: dict[date, Totals]) -> list[Month]:
    groups = groupby(rows, key=lambda entry: entry.date.replace(day=1))
    return [Month(first, months[first], list(found)) for first, found in groups]


def _of_years(months: Iterable[tuple[date, Totals]], unit: HeldUnit, asked: Asked) -> list[tuple[int, Totals, str]]:
    """The totals of each year with entries, newest first, and the address of the year."""
    found: dict[int, Totals] = {}
    for first, month in months:
        before = found.get(first.year, Totals(month.opening, 0, 0))
        found[first.year] = Totals(before.opening, before.debit + month.debit, before.credit + month.credit)
    return [
        (year, totals, f"{ENTRIES}?{urlencode({'unit': unit.code, **_narrowed(asked), 'year': year})}")
        for year, totals in sorted(found.items(), reverse=True)
    ]
