"""Moje dane: the resident's contact data, units, and the parameters by which these are charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint

from app.accounts.holdings import HeldUnit, holdings
from app.accounts.switching import Switch, switch
from app.core.actor import Actor
from app.core.clock import today
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.estate import queries as estate
from app.estate.queries import Resident
from app.estate.rules import TITLE_ROLES
from app.finances.rules import account_number
from app.home import facts
from app.home.facts import UnitFacts
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

ME, UNITS, CHARGES = "/me", "/me/units", "/me/charges"
pages = Blueprint("me", __name__, template_folder="templates")
menu.register("resident", _l("Moje dane"), "me.contact", "person", 20, module="me")


@dataclass(frozen=True, slots=True)
class UnitCard:
    """A unit as its holder sees it; what this title does not open is None."""

    code: str
    address_line: str
    role_label: str
    since: date | None
    facts: UnitFacts | None
    balance: bool
    charges: bool
    account_number: str | None


@pages.get(ME)
def contact() -> str:
    who, mine = actor(), holdings(actor(), today())
    return render(
        "me/contact.html",
        person=_person(who),
        account=facts.own_account(who),
        correction_url=_correction(_("Poprawka moich danych kontaktowych")),
        **_frame(switch(mine)),
    )


@pages.get(UNITS)
def units() -> str:
    mine = holdings(actor(), today())
    known = facts.units(actor(), mine.units)
    return render(
        "me/units.html",
        cards=[_card(unit, known.get(unit.code)) for unit in mine.units],
        counted=_("Liczba lokali: %(count)s", count=len(mine.units)),
        as_of=mine.as_of,
        **_frame(switch(mine)),
    )


@pages.get(CHARGES)
def charges() -> str:
    mine = holdings(actor(), today())
    chosen = switch(mine)
    card = None
    if chosen.unit is not None:
        card = _card(chosen.unit, facts.units(actor(), (chosen.unit,)).get(chosen.unit.code))
    return render(
        "me/charges.html",
        card=card,
        unit=chosen.unit,
        as_of=mine.as_of,
        correction_url=_correction(_("Poprawka parametrów naliczeń"), chosen.unit),
        **_frame(chosen),
    )


def _card(unit: HeldUnit, known: UnitFacts | None) -> UnitCard:
    role = str(TITLE_ROLES.get(unit.role, unit.role)) if unit.role else _("dostęp nadany przez biuro")
    return UnitCard(
        unit.code,
        unit.address_line,
        role,
        unit.since,
        known,
        unit.sight.balance,
        unit.sight.charges,
        account_number(unit.account) if unit.sight.balance else None,
    )


def _person(who: Actor) -> Resident | None:
    try:
        return estate.resident(who, who.person_code, today()) if who.person_code else None
    except NotThere:
        return None


def _correction(subject: str, unit: HeldUnit | None = None) -> str:
    asked = {"category": "data", "subject": subject} | ({"unit": unit.code} if unit else {})
    return f"/messages?{urlencode(asked)}"


def _frame(chosen: Switch) -> dict[str, Any]:
    labels = {
        ME: _("Moje dane kontaktowe"),
        UNITS: _("Moje lokale"),
        CHARGES: _("Parametry naliczeń dla lokalu"),
    }
    return {"units": chosen.units, "tabs": chosen.tabs(labels)}
