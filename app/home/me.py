"""Moje dane: the resident's contact data, units, and the parameters by which these are charged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint

from app.accounts.holdings import HeldUnit, holdings
from app.accounts.switching import Switch, switch
from app.allowances import queries as allowances
from app.core.clock import today
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.estate.rules import TITLE_ROLES
from app.finances import pictures
from app.finances.queries.charges import unit_tariff
from app.finances.queries.trends import charges_by_month, months_back
from app.finances.rules import account_number
from app.home import facts
from app.home.facts import UnitFacts
from app.messages import queries as messages
from app.web import menu
from app.web.pages import render
from app.web.visitor import actor

ME, UNITS, CHARGES, ALLOWANCES = "/me", "/me/units", "/me/charges", "/me/allowances"
CORRECT_PERSON, CORRECT_UNIT = "/me/correction", "/me/units/correction"
YEAR = 13  # months: this one is beside that of a year ago
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
        person=facts.own_person(who, today()),
        account=facts.own_account(who),
        as_of=mine.as_of,
        **frame(switch(mine)),
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
        **frame(switch(mine)),
    )


@pages.get(CHARGES)
def charges() -> str:
    mine = holdings(actor(), today())
    chosen = switch(mine)
    card = tariff = picture = None
    if chosen.unit is not None:
        card = _card(chosen.unit, facts.units(actor(), (chosen.unit,)).get(chosen.unit.code))
        tariff = unit_tariff(actor(), chosen.unit, today())
        months = months_back(today(), YEAR, chosen.unit.since)
        picture = pictures.components(charges_by_month(actor(), chosen.unit, months))
    return render(
        "me/charges.html",
        card=card,
        tariff=tariff,
        picture=picture,
        unit=chosen.unit,
        as_of=mine.as_of,
        today=today(),
        **frame(chosen),
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


def frame(chosen: Switch) -> dict[str, Any]:
    """What all pages of Moje dane show around: the units, the tabs, and the corrections asked for that are open.

    `corrections` is None where the manager has switched off conversations, by which they are asked for.
    """
    labels = {
        ME: _("Moje dane kontaktowe"),
        UNITS: _("Moje lokale"),
        CHARGES: _("Parametry naliczeń dla lokalu"),
    }
    if allowances.granted(actor()):
        labels[ALLOWANCES] = _("Dodatki mieszkaniowe")
    return {
        "units": chosen.units,
        "tabs": chosen.tabs(labels),
        "corrections": (messages.corrections(actor()) if actor().watcher is None else []) if writes() else None,
    }


def writes() -> bool:
    """Whether residents of this manager can write to the office here."""
    return not menu.is_off("resident.messages.new")
