"""An operator ends a visit at a manager."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response

from app.core.actor import Can
from app.support import commands
from app.web import sessions
from app.web.audiences import ends_watching, needs, open_unpaid
from app.web.pages import see_other
from app.web.visitor import actor

pages = Blueprint("support_visit", __name__, template_folder="templates")


@pages.post("/support/leave")
@needs(Can.SEE_RESIDENTS)
@ends_watching
@open_unpaid
def leave() -> Any:
    commands.leave(actor())
    response = make_response(see_other("/login"))
    sessions.clear_cookie(response)
    return response
