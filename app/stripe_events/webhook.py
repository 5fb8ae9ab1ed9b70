"""Where Stripe posts: `POST /stripe/webhook` on the console's host.

400 for what Stripe has not signed; 2xx when the event is kept, known or of no use; otherwise 5xx, and Stripe tries
again for three days.
"""

from __future__ import annotations

import structlog
from flask import Blueprint, request
from werkzeug.wrappers import Response

from app.core import work
from app.core.runtime import settings
from app.gateways.payments import client, events
from app.stripe_events import commands
from app.web.csrf import open_to_all

pages = Blueprint("stripe_events", __name__)
log = structlog.get_logger("osiedle.stripe")


@pages.post("/stripe/webhook")
@open_to_all  # a program without cookie or token; its signature is what lets it in
def webhook() -> Response:
    """Keep one event."""
    request.max_content_length = events.MOST_BYTES
    try:
        signed = request.headers.get("Stripe-Signature")
        event = events.verified(request.get_data(), signed, settings().stripe_webhook_secret)
    except events.Forged as reason:
        log.warning("webhook refused", reason=str(reason))
        return _said("refused", 400)
    if event.live != client.live():
        log.warning("event of the other mode", type=event.type, live=event.live)
        return _said("other mode", 200)
    new = commands.keep(event)
    work.commit()
    return _said("kept" if new else "known", 200)


def _said(word: str, status: int) -> Response:
    return Response(f"{word}\n", status=status, mimetype="text/plain")
