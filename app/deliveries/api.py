"""Deliveries for programs. Who a letter went to, what it was about and what a server said names people, and is told
only to tokens that may know people."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answering, asking
from app.core.actor import Can
from app.deliveries import described, queries
from app.deliveries.queries import Delivery, Wanted
from app.deliveries.rules import CHANNELS, STATES
from app.outbox.rules import status_code
from app.web import bearer
from app.web.visitor import actor

pages = Blueprint("deliveries", __name__)
__all__ = ["described", "pages"]  # describing itself is a part of being there


@pages.get("/deliveries")
@bearer.scope("deliveries:read", Can.SEE_MAILOUTS)
def index() -> Response:
    asked = asking.window("state", "channel", "cause", "since")
    wanted = Wanted(
        state=asking.one_of("state", STATES), channel=asking.one_of("channel", CHANNELS), cause=asking.words("cause")
    )
    rows = queries.after(actor(), wanted, asked.cursor, asking.moment("since"), asked.limit + 1)
    if rows is None:
        raise asking.strange_cursor()
    return answering.listed(rows, asked, _personal if bearer.holds("people:read") else _shown)


def _shown(one: Delivery) -> dict[str, Any]:
    return {
        "id": one.public_id,
        "cause": one.cause,
        "letter": one.letter,
        "channel": one.channel,
        "state": one.shown,
        "status_code": status_code(one.reason),
        "created_at": answering.moment(one.created_at),
        "sent_at": answering.moment(one.sent_at),
        "bounced_at": answering.moment(one.bounced_at),
        "opened_at": answering.moment(one.opened_at),
        "confirmed_at": answering.moment(one.confirmed_at),
        "recipient": None,
    }


def _personal(one: Delivery) -> dict[str, Any]:
    person = one.recipient_key.removeprefix("person:") if one.recipient_key.startswith("person:") else None
    recipient = {
        "person": person,
        "name": one.name or None,
        "address": one.address,
        "subject": one.subject,
        "reason": one.reason or None,
    }
    return _shown(one) | {"recipient": recipient}
