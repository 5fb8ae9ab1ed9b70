"""Lokale: the list with balances, and one unit with its holders, charges and entries."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote_plus

from flask import request

from app.accounts.switching import Choice
from app.books.frame import UNITS, around, asked_choice, asked_text, buildings, page_url, pages
from app.books.queries import entries as ledger
from app.books.queries import units as queries
from app.books.queries.units import UnitCard
from app.core.actor import Can
from app.core.clock import today
from app.core.language import gettext as _
from app.core.paging import page_number
from app.estate.rules import TITLE_ROLES
from app.finances.queries.charges import unit_tariff
from app.finances.rules import ACCOUNTS, KINDS, account_number
from app.imports import queries as imports
from app.meters.rules import METERS
from app.web.audiences import needs
from app.web.pages import render
from app.web.visitor import actor

ONE = f"{UNITS}/one"


@pages.get("/units")
@needs(Can.SEE_RESIDENTS)
def units() -> str:
    choices = buildings()
    building = asked_choice("building", dict(choices))
    asked = {"q": asked_text("q"), "building": building or ""}
    page = queries.units(actor(), asked["q"], building, page_number(request.args.get("page")), today())
    return render(
        "books/units.html", **around(), page=page, asked=asked, buildings=choices, page_url=page_url(asked), one=ONE
    )


@pages.get("/units/one")
@needs(Can.SEE_RESIDENTS)
def unit() -> str:
    card = _card()
    return render(
        "books/unit.html",
        **unit_frame(card),
        card=card,
        account_number=account_number(card.facts["account"]),
        account_names=ACCOUNTS,
        roles=TITLE_ROLES,
        media=METERS,
        today=today(),
    )


@pages.get("/units/charges")
@needs(Can.SEE_RESIDENTS)
def unit_charges() -> str:
    card = _card()
    held = queries.as_held(actor(), card.code)
    return render("books/unit_charges.html", **unit_frame(card), card=card, tariff=unit_tariff(actor(), held, today()))


@pages.get("/units/entries")
@needs(Can.SEE_RESIDENTS)
def unit_entries() -> str:
    card = _card()
    asked = ledger.Asked(
        search=asked_text("q"),
        unit=card.code,
        kind=asked_choice("kind", KINDS),
        account=asked_choice("account", ACCOUNTS),
    )
    page, sums = ledger.entries(actor(), asked, page_number(request.args.get("page")))
    chosen = {"unit": card.code, "q": asked.search, "kind": asked.kind or "", "account": asked.account or ""}
    return render(
        "books/unit_entries.html",
        **unit_frame(card),
        card=card,
        page=page,
        sums=sums,
        asked=chosen,
        kinds=KINDS,
        account_names=ACCOUNTS,
        page_url=page_url(chosen),
    )


def _card() -> UnitCard:
    return queries.unit(actor(), request.args.get("unit", ""))


def unit_frame(card: UnitCard) -> dict[str, Any]:
    labels = {
        ONE: _("Lokal"),
        f"{UNITS}/charges": _("Naliczenia"),
        f"{UNITS}/entries": _("Obroty"),
        "/admin/history": _("Historia zmian"),
    }
    query = f"?unit={quote_plus(card.code)}"
    return {
        "tabs": [Choice(path, label, path + query, path == request.path) for path, label in labels.items()],
        "as_of": imports.as_of(actor()),
    }
