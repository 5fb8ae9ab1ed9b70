"""Posting letters to operators."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import structlog

from app.core import work
from app.core.errors import TryLater
from app.core.jobs import job
from app.core.letter import Delivery
from app.core.runtime import settings
from app.gateways.mail import OutcomeUnknown, WillNeverWork, mailer
from app.gateways.mime import BadAddress, compose
from app.operators.models import Operator
from app.operators.telling import LETTER_JOB, sender
from app.outbox import letters
from app.outbox.rendering import rendered
from tenants.db import db

log = structlog.get_logger("osiedle.operators")


@job(LETTER_JOB, platform=True)
def send_letter(operator: int, letter: str, cause: str, context: dict[str, Any]) -> None:
    """Hand one letter over, once as far as anybody can know. A server that is down is tried again."""
    found = db.session.get(Operator, operator)
    if found is None:
        return
    recipient = found.email
    made = rendered(letters.kind(letter), context, office=None, name="", locale="pl", unsubscribe_url=None)
    own = sha256(f"{cause}:{operator}".encode()).hexdigest()[:32]
    work.rollback()  # nothing of ours is open while the server is spoken to
    try:
        out = mailer(settings().mail_url, hostname=settings().mail_from_domain)
        way = Delivery(recipient, "", f"operators.{own}@{settings().mail_from_domain}", own)
        message = compose(sender(), made, way)
        out.offer(sender().address, recipient, len(message))
        out.hand_over(message)
    except (WillNeverWork, BadAddress) as refused:
        log.warning("letter to an operator refused", letter=letter, reason=str(refused))
    except OutcomeUnknown as unknown:
        log.warning("letter to an operator: outcome unknown", letter=letter, reason=str(unknown))
    except ValueError as unset:  # MAIL_URL
        raise TryLater(str(unset), 60) from unset
