"""The second step of logging in, and adding a first factor where the manager asks for one."""

from __future__ import annotations

from flask import Blueprint

from app.core.actor import Actor
from app.factors import accounts
from app.factors.places import Place, add_enrolment, add_second_step
from app.web import audiences

pages = Blueprint("second", __name__, template_folder="templates")
SECOND, ENROL = "/login/second", "/login/enrol"
audiences.detour("factor", SECOND)
audiences.detour("enrol", ENROL)


def home(who: Actor, wanted: str | None) -> str:
    """Where the visitor wanted to go, if that is meant for them; else their first page."""
    first = "/admin/" if who.is_staff else "/"
    if wanted is None or wanted.startswith("/login"):
        return first
    for_staff = (wanted + "/").startswith(("/admin/", "/admin?"))
    return wanted if for_staff == who.is_staff or wanted.startswith("/settings") else first


def _frame(_who: Actor) -> str:
    return "web/plain.html"


add_second_step(pages, Place(accounts.RING, SECOND, _frame, accounts.handle, home, owed="factor"))
add_enrolment(pages, Place(accounts.RING, ENROL, _frame, accounts.handle, home, owed="enrol"))
