"""The operator's own second factor: the second step of logging in, and what one has."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Actor
from app.core.language import lazy_gettext as _l
from app.factors.places import Place, add_enrolment, add_keeping, add_second_step
from app.operators.keyring import RING
from app.web import menu

pages = Blueprint("factors", __name__, template_folder="templates")
second = Blueprint("second", __name__)
menu.register("operator", _l("Logowanie dwuetapowe"), "factors.index", "key", 80)


def _home(_who: Actor, wanted: str | None) -> str:
    return "/tenants" if wanted is None or wanted.startswith("/login") else wanted


def _plain(_who: Actor) -> str:
    return "web/plain.html"


def _console(_who: Actor) -> str:
    return "web/console.html"


def _handle(who: Actor) -> str:
    return str(who.operator_id)


FACTORS = Place(RING, "/factors", _console, _handle, _home)
add_enrolment(pages, FACTORS)
add_keeping(pages, FACTORS)
add_second_step(second, Place(RING, "/login/second", _plain, _handle, _home, owed="factor"))
add_enrolment(second, Place(RING, "/login/enrol", _plain, _handle, _home, owed="enrol"))
pages.register_blueprint(second)
