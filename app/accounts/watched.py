"""Podgląd: staff stop seeing with a resident's eyes, and are themselves again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response

from app.accounts.commands import watching
from app.web import sessions
from app.web.audiences import ends_watching
from app.web.pages import see_other
from app.web.visitor import actor

pages = Blueprint("watched", __name__)


@pages.post("/watched/end")
@ends_watching
def end() -> Any:
    secret = watching.end(actor())
    response = make_response(see_other("/admin/accounts" if secret else "/login"))
    if secret:
        sessions.set_cookie(response, secret)
    else:
        sessions.clear_cookie(response)
    return response
