"""Podgląd: staff begin to see with a resident's eyes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, make_response

from app.accounts.commands import watching
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.web import sessions
from app.web.audiences import needs
from app.web.pages import see_other
from app.web.visitor import actor

pages = Blueprint("watching", __name__)


@pages.post("/accounts/<public_id>/watch")
@needs(Can.ANSWER_MESSAGES)
def begin(public_id: str) -> Any:
    try:
        secret = watching.begin(actor(), public_id)
    except NotThere:
        raise
    except Refused as refusal:
        flash(refusal.message, "bad")
        return see_other(f"/admin/accounts/{public_id}")
    response = make_response(see_other("/"))
    sessions.set_cookie(response, secret)
    return response
