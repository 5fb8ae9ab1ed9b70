"""Historia zmian: which imports changed something of a unit or a person, and what."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, quote_plus

from flask import request

from app.books import units
from app.books.frame import pages
from app.books.queries import units as queries
from app.core.actor import Can
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import page_number
from app.estate import queries as estate
from app.imports import past
from app.imports import queries as imports
from app.imports.reading.sheets import NAMES
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor


@pages.get("/history")
@needs(Can.SEE_RESIDENTS)
def history() -> str:
    subject = "unit" if request.args.get("unit") else "person"
    code = request.args.get(subject, "")
    steps = None
    frame = _frame(subject, code)
    number = request.args.get("revision", "")
    found = None
    if number.isascii() and number.isdigit() and len(number) < 9:
        found = past.differences(actor(), subject, code, int(number))
    else:
        steps = past.steps(actor(), subject, code, page_number(request.args.get("page")))
    query = f"?{subject}={quote_plus(code)}"
    return render(
        "books/history.html",
        **frame,
        steps=steps,
        revision=number,
        differences=found,
        sheets=NAMES,
        here=f"/admin/history{query}",
        page_url=f"{query}&page=",
        imports_url="/admin/imports/" if Can.SEE_IMPORTS in actor().can else None,
    )


def _frame(subject: str, code: str) -> dict[str, Any]:
    """What stands around the history, once the actor may see the unit or person at all. Raises `NotThere`."""
    if not code:
        raise NotThere(_("Nie ma takiej strony."))
    if subject == "unit":
        card = queries.unit(actor(), code)
        return {"title": card.label, "back": None, **units.unit_frame(card)}
    person = estate.resident(actor(), code, today())
    back = (f"/admin/residents/{quote(code, safe='')}", person.name)
    return {"title": person.name, "back": back, "tabs": [], "as_of": imports.as_of(actor())}
