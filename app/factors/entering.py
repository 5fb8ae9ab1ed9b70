"""The second step of logging in, and adding a first factor where the manager asks for one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint

from app.accounts.landing import landing
from app.core.actor import Actor
from app.factors import accounts
from app.factors.places import Place, add_enrolment, add_second_step
from app.web import audiences

pages = Blueprint("second", __name__, template_folder="templates")
SECOND, ENROL = "/login/second", "/login/enrol"
audiences.detour("factor", SECOND)
audiences.detour("enrol", ENROL)


def home(who: Actor, wanted: str | None) -> str:
    """Where somebody goes who is through: where they wanted to, if that is meant for them; else their first page."""
    return landing(replace(who, waits_for=None), None if (wanted or "").startswith("/login") else wanted)


def _frame(_who: Actor) -> str:
    return "web/plain.html"


add_second_step(pages, Place(accounts.RING, SECOND, _frame, accounts.handle, home, owed="factor"))
add_enrolment(pages, Place(accounts.RING, ENROL, _frame, accounts.handle, home, owed="enrol"))
