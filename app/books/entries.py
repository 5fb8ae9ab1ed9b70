"""Obroty and składniki opłat of the whole estate."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from app.books.frame import ENTRIES, around, asked_choice, asked_day, asked_text, file, page_url, pages
from app.books.queries import charges as tariff
from app.books.queries import entries as queries
from app.books.queries.entries import Asked, BookEntry
from app.core.actor import Can
from app.core.clock import today
from app.core.language import gettext as _
from app.core.paging import page_number
from app.finances.rules import ACCOUNTS, KINDS
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor


@pages.get("/entries")
@needs(Can.SEE_RESIDENTS)
def entries() -> str:
    asked = _asked(request.args)
    page, sums = queries.entries(actor(), asked, page_number(request.args.get("page")))
    chosen = _chosen(asked)
    return render(
        "books/entries.html",
        **around(),
        page=page,
        sums=sums,
        asked=chosen,
        kinds=KINDS,
        account_names=ACCOUNTS,
        page_url=page_url(chosen),
        file_url=f"{ENTRIES}/file",
        most=queries.MOST,
    )


@pages.post("/entries/file")
@needs(Can.SEE_RESIDENTS)
def entries_file() -> Response:
    asked = _asked(request.form)
    return file("obroty", _("Obroty"), _chosen(asked), lambda: _table(asked))


@pages.get("/charges")
@needs(Can.SEE_RESIDENTS)
def charges() -> str:
    day = asked_day("day") or today()
    return render("books/charges.html", **around(), day=day, components=tariff.components(actor(), day))


def _asked(given: Any) -> Asked:
    """What is asked for; without a day, this month and the one before."""
    first, last = asked_day("first", given), asked_day("last", given)
    if first is None and last is None and not asked_text("q", given):
        now = today()
        first = date(now.year - (now.month == 1), 12 if now.month == 1 else now.month - 1, 1)
    return Asked(
        search=asked_text("q", given),
        kind=asked_choice("kind", KINDS, given),
        account=asked_choice("account", ACCOUNTS, given),
        first=first,
        last=last,
    )


def _chosen(asked: Asked) -> dict[str, str]:
    return {
        "q": asked.search,
        "kind": asked.kind or "",
        "account": asked.account or "",
        "first": asked.first.isoformat() if asked.first else "",
        "last": asked.last.isoformat() if asked.last else "",
    }


def _table(asked: Asked) -> tuple[list[str], Any]:
    headers = [
        _("Numer"), _("Lokal"), _("Data"), _("Termin"), _("Rodzaj"), _("Konto"), _("Tytuł"), _("Dokument"),
        _("Okres"), _("Wn"), _("Ma"),
    ]  # fmt: skip
    return headers, (_cells(one) for one in queries.all_entries(actor(), asked))


def _cells(one: BookEntry) -> list[Any]:
    return [
        one.entry, one.unit_code, one.booked_on, one.due_on, one.kind_label, one.account_label, one.title,
        one.document, one.period, one.debit, one.credit,
    ]  # fmt: skip
