"""Kontakt: whom to turn to, for everybody, signed in or not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from app.accounts.holdings import holdings
from app.accounts.switching import switch
from app.contact import queries
from app.contact.rules import EMERGENCY, KINDS, PERSON, PLACE, WEEKDAYS, OfficeHours
from app.core.actor import Actor
from app.core.clock import today
from app.core.language import lazy_gettext as _l
from app.finances.rules import account_number
from app.office import settings
from app.office.queries import profile
from app.web import menu
from app.web.pages import render
from app.web.visitor import maybe_actor

pages = Blueprint("contact", __name__, template_folder="templates")
menu.register("resident", _l("Kontakt"), "public.contact.show", "phone", 70, module="contact")


@pages.get("/contact")
def show() -> str:
    """The manager's data; a resident finds those of the building of the unit that the page speaks of."""
    who = _entered()
    units, unit, every = [], None, request.args.get("all") == "1"
    if who is not None and who.is_resident:
        chosen = switch(holdings(who, today()))
        units, unit = chosen.units, chosen.unit
    groups = dict(queries.shown(who, unit.code if unit else None, every=every))
    values: dict[str, Any] = {
        "units": units,
        "unit": unit,
        "account_number": account_number(profile().bank_account),
        "emergency": groups.get(EMERGENCY, []),
        "people": groups.get(PERSON, []),
        "places": groups.get(PLACE, []),
        "names": KINDS,
        "week": _week(),
        "every": every,
        "narrowed": bool(unit) and queries.narrowed(who),
    }
    return render("contact/show.html", **values)


def _entered() -> Actor | None:
    """The visitor, if nothing stands between them and the portal any more."""
    who = maybe_actor()
    return None if who is None or who.waits_for or who.must_change_password else who


def _week() -> list[tuple[Any, str, bool]]:
    """(day, hours, whether it is today) from Monday; nothing when the manager has not said."""
    hours = settings.read(OfficeHours)
    if not hours.known:
        return []
    return [(WEEKDAYS[at], day, at == today().weekday()) for at, day in enumerate(hours.days)]
