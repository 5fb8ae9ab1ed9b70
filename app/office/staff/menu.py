"""The residents' menu: order, names, what is switched on, and telling residents of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import flash, request

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office import portal, settings
from app.office.portal_rules import MenuRules
from app.office.staff.hub import HOME, pages
from app.web import menu, sections
from app.web.audiences import needs
from app.web.pages import render, see_other
from app.web.visitor import actor

sections.register(
    "configuration", _l("Menu mieszkańca"), _l("Kolejność i nazwy zakładek, włączanie i wyłączanie funkcji"),
    f"{HOME}/menu", 40, needs=Can.CONFIGURE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One module on the page: our name of it, the manager's, its place from 1, whether it is on."""

    module: str
    label: str
    name: str
    place: str
    on: bool
    icon: str
    error: str = ""


@pages.get("/configuration/menu")
@needs(Can.CONFIGURE)
def choose_menu() -> str:
    found = settings.fresh(MenuRules)
    places = {module: place for place, module in enumerate(found.order)}
    entries = sorted(menu.residents_entries(), key=lambda e: (places.get(e.module or "", len(places)), e.order))
    rows = [
        Row(
            entry.module or "", str(entry.label), found.names.get(entry.module or "", ""), str(place),
            entry.module not in found.off, entry.icon,
        )
        for place, entry in enumerate(entries, 1)
    ]  # fmt: skip
    return render("office/menu.html", rows=rows, most=menu.MOST_ITEMS)


@pages.post("/configuration/menu")
@needs(Can.CONFIGURE)
def save_menu() -> Any:
    rows = _posted()
    moved = request.form.get("move", "")
    order = [row.module for row in _in_order(rows, moved)]
    try:
        opened = portal.write_menu(
            actor(),
            order,
            [row.module for row in rows if not row.on],
            {row.module: row.name for row in rows},
            tell_by_mail=bool(request.form.get("tell_by_mail")),
            tell_on_page=bool(request.form.get("tell_on_page")),
        )
    except Refused as refusal:
        at = (refusal.field or "").removeprefix("name_")
        marked = [row if row.module != at else _with_error(row, refusal.message) for row in rows]
        return render("office/menu.html", rows=marked, most=menu.MOST_ITEMS, sentence=refusal.message), refusal.status
    if opened and request.form.get("tell_by_mail"):
        flash(_("Zapisano menu. Mieszkańcy dostaną wiadomość o nowościach."), "success")
    else:
        flash(_("Zapisano menu."), "success")
    return see_other(f"{HOME}/menu")


def _posted() -> list[Row]:
    """The rows as they were sent; a module that was not on the page stays out of it."""
    known = {entry.module: entry for entry in menu.residents_entries() if entry.module}
    return [
        Row(
            module, str(known[module].label), request.form.get(f"name_{module}", ""),
            request.form.get(f"place_{module}", ""), bool(request.form.get(f"on_{module}")), known[module].icon,
        )
        for module in known
    ]  # fmt: skip


def _in_order(rows: list[Row], moved: str) -> list[Row]:
    """By the numbers that were typed; equal and odd ones keep their order. `moved` is `up:module` or `down:module`."""
    ordered = sorted(rows, key=lambda row: _number(row.place))
    way, _sign, module = moved.partition(":")
    here = next((place for place, row in enumerate(ordered) if row.module == module), None)
    there = None if here is None else here + {"up": -1, "down": 1}.get(way, 0)
    if here is not None and there is not None and 0 <= there < len(ordered):
        ordered[here], ordered[there] = ordered[there], ordered[here]
    return ordered


def _number(typed: str) -> int:
    typed = typed.strip()
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else 999


def _with_error(row: Row, sentence: str) -> Row:
    return Row(row.module, row.label, row.name, row.place, row.on, row.icon, sentence)
