"""One event to one address: taken up, called without holding anything, and noted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text

from app.core import audit
from app.core.actor import system
from app.core.clock import now
from app.core.runtime import settings
from app.credentials.sealing import unseal_bytes
from app.gateways import calling
from app.hooks import mails, rules
from app.hooks.models import Webhook, WebhookAttempt, WebhookDelivery
from tenants.db import db

AGENT = "Osiedle-Webhooks/1"
_DROP = text(
    "UPDATE webhook_deliveries SET state = 'failed', finished_at = now() WHERE webhook_id = :webhook "
    "AND state = 'waiting'"
)
_FORGET = text("DELETE FROM webhook_deliveries WHERE created_at < :before AND state <> 'waiting'")


@dataclass(frozen=True, slots=True)
class Call:
    """What is to be sent where: row ids, the address, the body, and the secrets that sign."""

    webhook: int
    delivery: int
    url: str
    event_id: str
    body: str
    secrets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """The status that was answered, or the problem (of `rules.PROBLEMS`) why none was; `retry_after` as it was told."""

    status: int | None
    problem: str | None
    milliseconds: int
    retry_after: str | None = None


def next_call(public_id: str) -> Call | datetime | None:
    """What is to be sent now to an address, when to look again, or None when nothing waits."""
    webhook = db.session.scalars(select(Webhook).filter_by(public_id=public_id, state="active")).one_or_none()
    if webhook is None:
        return None
    waiting = select(WebhookDelivery).filter_by(webhook_id=webhook.id, state="waiting")
    found = db.session.scalars(waiting.order_by(WebhookDelivery.run_after, WebhookDelivery.id).limit(1)).one_or_none()
    if found is None:
        return None
    due = max(found.run_after, webhook.retry_at or found.run_after)
    if due > now():
        return due
    sealed = [webhook.secret]
    if webhook.former is not None and webhook.former_until is not None and webhook.former_until > now():
        sealed.append(webhook.former)
    keys = tuple(unseal_bytes(one).decode() for one in sealed)
    return Call(webhook.id, found.id, webhook.url, found.event_id, found.body, keys)


def made(call: Call) -> Outcome:
    """Call. No transaction may be open: the other side may take its time."""
    timestamp = int(now().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": call.event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            rules.signature(secret, call.event_id, timestamp, call.body) for secret in call.secrets
        ),
    }
    try:
        answer = calling.post(call.url, call.body.encode(), headers, strict=settings().production)
    except calling.Unreached as error:
        return Outcome(None, error.problem, 0)
    return Outcome(answer.status, None, answer.milliseconds, answer.retry_after)


def note(call: Call, outcome: Outcome) -> None:
    """Write down what became of a call, and what follows. An address that is gone by now is left alone."""
    webhook = db.session.scalars(select(Webhook).filter_by(id=call.webhook).with_for_update()).one_or_none()
    delivery = db.session.get(WebhookDelivery, call.delivery)
    if webhook is None or delivery is None or delivery.state != "waiting":
        return
    db.session.add(
        WebhookAttempt(
            delivery_id=delivery.id, status=outcome.status, problem=outcome.problem, milliseconds=outcome.milliseconds
        )
    )
    delivery.attempts += 1
    if rules.is_delivered(outcome.status):
        delivery.state, delivery.finished_at, webhook.delivered_at = "delivered", now(), now()
        webhook.failures, webhook.failing_since, webhook.retry_at = 0, None, None
    else:
        _failed(webhook, delivery, outcome)


def forget_old() -> None:
    """Remove what was over a month ago, with its tries."""
    db.session.execute(_FORGET, {"before": now() - rules.KEPT})


def _failed(webhook: Webhook, delivery: WebhookDelivery, outcome: Outcome) -> None:
    moment = now()
    webhook.failing_since = webhook.failing_since or moment
    asked = rules.asked_to_wait(outcome.retry_after, moment)
    delivery.run_after = moment + max(rules.backoff(delivery.attempts), asked)
    if rules.is_over(delivery.created_at, moment):
        delivery.state, delivery.finished_at = "failed", moment
    if rules.is_away(outcome.status):
        webhook.failures += 1
        webhook.retry_at = moment + max(rules.backoff(webhook.failures), asked)
    if outcome.status == rules.GONE:
        _disable(webhook, "gone")
    elif rules.is_over(webhook.failing_since, moment):
        _disable(webhook, "failing")


def _disable(webhook: Webhook, reason: str) -> None:
    if webhook.state != "active":
        return
    webhook.state, webhook.reason = "disabled", reason
    db.session.flush()
    db.session.execute(_DROP, {"webhook": webhook.id})
    audit.record(
        system("hooks"), "webhook.disabled", webhook.public_id,
        before={"state": "active"}, after={"state": "disabled", "reason": reason},
    )  # fmt: skip
    mails.disabled(webhook)
