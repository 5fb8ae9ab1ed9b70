"""Deliveries as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from typing import Any

from app.api import described
from app.api.asking import line, parameter
from app.api.described import moment, row, text_or_null
from app.deliveries.rules import CHANNELS, STATES

_RECIPIENT = row(
    {
        "person": text_or_null("Code of the books; null for a letter to an account."),
        "name": text_or_null(),
        "address": text_or_null("E-mail, telephone number, or what stands on the envelope."),
        "subject": {"type": "string"},
        "reason": text_or_null("What the server said."),
    }
)
_DELIVERY: dict[str, Any] = {
    "id": {"type": "string", "description": "Random, 22 signs; stands in X-Osiedle-Delivery of the e-mail."},
    "cause": {"type": "string", "description": "What all letters of one mailing have in common."},
    "letter": {"type": "string", "description": "The kind of letter."},
    "channel": {"type": "string", "enum": list(CHANNELS)},
    "state": {"type": "string", "enum": list(STATES)},
    "status_code": text_or_null("Of the server's answer, such as 5.1.1 (RFC 3463)."),
    "created_at": moment(),
    "sent_at": moment(),
    "bounced_at": moment(),
    "opened_at": moment("Read in the portal."),
    "confirmed_at": moment(),
    "recipient": {"anyOf": [_RECIPIENT, {"type": "null"}], "description": "Null without the scope people:read."},
}

described.a_list(
    "/deliveries",
    "Delivery",
    _DELIVERY,
    {"summary": "Deliveries, newest first", "operationId": "listDeliveries", "description": "Scope deliveries:read."},
    parameter("state", "Only in this state.", enum=list(STATES)),
    parameter("channel", "Only by this channel.", enum=list(CHANNELS)),
    line("cause", "Only of this mailing."),
    parameter("since", "Only written then or later; with an offset.", format="date-time"),
)
