"""Text messages (SMS) in the outbox: who may get one, and what the manager chose about them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from app.core.jobs import enqueue
from app.core.public_ids import new_public_id
from app.core.runtime import settings as installed
from app.gateways import gsm
from app.office import settings
from app.outbox import events, letters
from app.outbox.models import OutboxItem
from app.outbox.rules import BAD_NUMBER, NO_GATEWAY, NO_NUMBER, NOT_MOBILE
from app.outbox.tokens import sealed
from tenants.db import db

DRAIN_SMS = "outbox.drain_sms"


@dataclass(frozen=True, slots=True)
class SmsRules:
    """`sender` is a name that the gateway has approved; `plain` writes “a” for “ą”, which halves the price."""

    sender: str = ""
    plain: bool = True


def rules() -> SmsRules:
    """What the bound tenant's manager chose."""
    chosen = settings.read(settings.Letters)
    return SmsRules(chosen.sms_sender, chosen.sms_plain)


def post_sms(
    letter: str,
    cause: str,
    recipient_key: str,
    number: str | None,
    context: dict[str, Any],
    *,
    secret: bool = False,
    lane: str = "urgent",
    locale: str = "pl",
) -> bool:
    """Write one text message; False when one for this cause and recipient is there already.

    `number` is as people write it, Polish without a prefix; one that cannot be used leaves a row `skipped` that
    says why. `context` is JSON for `sms/<letter>.txt`; that of a secret one is stored sealed and wiped when it has
    been sent. After its `expires_at` (ISO 8601) a message is not sent any more. Raises `KeyError` for an unknown kind.
    """
    kind = letters.kind(letter)
    form = gsm.e164(number)
    reason = unreachable(number)
    public_id = new_public_id()
    row = insert(OutboxItem).values(
        public_id=public_id,
        cause=cause,
        recipient_key=recipient_key,
        channel="sms",
        lane=lane,
        secret=secret or kind.secret,
        letter=kind.name,
        topic=kind.topic,
        context=json.loads(json.dumps(sealed(context) if secret or kind.secret else context)) if not reason else {},
        address=form or " ".join((number or "").replace("\0", "").split())[:40] or None,
        locale=locale,
        message_id=public_id,
        state="skipped" if reason else "queued",
        live=reason is None,
        reason=reason,
    )
    statement = row.on_conflict_do_nothing(index_elements=["cause", "recipient_key", "channel"])
    written = db.session.execute(statement.returning(OutboxItem.id)).first()
    if written and reason is not None:
        events.note("skipped", [written.id], reason)
    if written and reason is None:
        enqueue(DRAIN_SMS, lane, {"lane": lane}, lane=lane)
    return written is not None


def unreachable(number: str | None) -> str | None:
    """Why no message can be sent to a number, as a row's `reason`; None when it can."""
    if not (number or "").strip():
        return NO_NUMBER
    if not installed().sms_url:
        return NO_GATEWAY
    form = gsm.e164(number)
    if form is None:
        return BAD_NUMBER
    return None if gsm.takes_messages(form) else NOT_MOBILE
