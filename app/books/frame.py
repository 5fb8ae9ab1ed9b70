"""What the pages of Księgi have in common: the tabs, the days and choices in the address, files to take away."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.accounts.switching import Choice
from app.books import commands
from app.core import spreadsheets
from app.core.actor import Can
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.estate import queries as estate
from app.imports import queries as imports
from app.web import menu
from app.web.visitor import actor

UNITS, ENTRIES, CHARGES, BALANCES, DEBTS = (
    "/admin/units", "/admin/entries", "/admin/charges", "/admin/balances", "/admin/debts",
)  # fmt: skip
TABS = {
    UNITS: _l("Lokale"),
    ENTRIES: _l("Obroty"),
    CHARGES: _l("Składniki opłat"),
    BALANCES: _l("Salda na dzień"),
    DEBTS: _l("Zaległości"),
}
pages = Blueprint("books", __name__, template_folder="templates")
menu.register("staff", _l("Księgi"), "books.units", "payments", 22, needs=Can.SEE_RESIDENTS)


def around() -> dict[str, Any]:
    """Tabs and the age of the books."""
    return {
        "tabs": [Choice(path, str(label), path, request.path == path) for path, label in TABS.items()],
        "as_of": imports.as_of(actor()),
    }


def buildings() -> list[tuple[str, str]]:
    """(code, address) of the actor's buildings, for a choice."""
    return estate.buildings(actor())


def asked_text(name: str, given: Any = None) -> str:
    """A text of the address, at most 100 characters."""
    return " ".join((request.args if given is None else given).get(name, "")[:100].replace("\0", "").split())


def asked_day(name: str, given: Any = None) -> date | None:
    """A day of the address; None when there is none that can be."""
    try:
        found = date.fromisoformat(asked_text(name, given))
    except ValueError:
        return None
    return found if 1900 <= found.year <= 2200 else None


def asked_choice(name: str, allowed: Any, given: Any = None) -> str | None:
    """One of the allowed words, or None."""
    word = asked_text(name, given)
    return word if word in allowed else None


def page_url(asked: dict[str, str]) -> str:
    """The address of a page of what is asked for, without its number."""
    return "?" + urlencode({**{name: value for name, value in asked.items() if value}, "page": ""})


def file(what: str, title: str, asked: dict[str, str], table: Callable[[], tuple[list[str], Any]]) -> Response:
    """The list as a file of the kind that the form names; it is written down who took it. Raises `NotThere`."""
    kind = request.form.get("kind", "")
    if kind not in spreadsheets.TYPES:
        raise NotThere(_("Nie ma takiej strony."))
    headers, rows = table()
    commands.note_taken(actor(), what, kind, asked)
    made = spreadsheets.as_csv(headers, rows) if kind == "csv" else spreadsheets.as_xlsx(title, headers, rows)
    answer = Response(made, content_type=spreadsheets.TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="{what}-{today():%Y-%m-%d}.{kind}"'
    return answer
