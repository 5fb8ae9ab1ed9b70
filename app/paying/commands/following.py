"""What Stripe says of a payment is taken over here, whoever asked: a webhook's job, the payer's return, the night."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import or_

from app.core import audit
from app.core.actor import system
from app.core.clock import now
from app.finances.commands import pending
from app.gateways.payments.online import Dispute, Seen
from app.paying import mails, rules
from app.paying.commands.crediting import credit
from app.paying.models import OnlinePayment, OnlineRefund
from tenants.db import db

ACTOR = system("online_payments")
MISMATCH = "mismatch"
DISPUTE_JOB = "paying.dispute"


def follow(public_id: str, seen: Seen, at: datetime) -> str | None:
    """Take over what was seen by a question asked `at`; returns the state, None where there is no such payment.

    Older news than what is known changes nothing, so questions may cross each other.
    """
    pending.wait_for_turn()  # before the row: whoever pairs payments holds it first, too
    payment = _locked(public_id)
    if payment is None:
        return None
    if payment.seen_at is not None and payment.seen_at >= at:
        return payment.state
    before = payment.state
    total = payment.amount + payment.fee
    payment.seen_at = at
    payment.intent_id = seen.intent or payment.intent_id
    payment.charge_id = seen.charge or payment.charge_id
    payment.method = seen.method or payment.method
    if rules.wrong(seen, public_id, total):
        if payment.failure != MISMATCH:
            audit.record(ACTOR, "online_payment.mismatch", public_id, amount=seen.total, currency=seen.currency)
        payment.failure = MISMATCH
        return payment.state
    payment.state = rules.next_state(before, seen, total)
    payment.failure = seen.failure if payment.state in ("failed", "created") else None
    if payment.state in ("paid", "refunded"):
        payment.paid_at = payment.paid_at or seen.paid_at or now()
        payment.refunded = min(seen.refunded, total)
        payment.session_url = None
    db.session.flush()
    credit(payment)
    if payment.state != before:
        audit.record(
            ACTOR, f"online_payment.{payment.state}", public_id, before={"state": before},
            after={"state": payment.state},
        )  # fmt: skip
    return payment.state


def give_up(public_id: str) -> None:
    """No page of this payment is open and none will be: nobody was asked, or Stripe refused to open one."""
    payment = _locked(public_id)
    if payment is not None and payment.state == "intended" and payment.session_id is None:
        payment.state = "expired"
        audit.record(ACTOR, "online_payment.expired", public_id, before={"state": "intended"})


def disputed(account: str, dispute: Dispute, at: datetime) -> str | None:
    """Note how a dispute stands, by a question asked `at`; returns the public id of its payment, None for none of ours.

    Older news than what is known changes nothing, nor does an older dispute that is over while a newer one lasts.
    """
    pending.wait_for_turn()
    found = db.session.query(OnlinePayment).filter_by(stripe_account=account)
    wanted = or_(OnlinePayment.intent_id == dispute.intent, OnlinePayment.charge_id == dispute.charge)
    payment = found.filter(wanted).populate_existing().with_for_update().one_or_none()
    if payment is None:
        return None
    known = payment.dispute_seen_at
    other = payment.dispute_id not in (None, dispute.id)
    over = dispute.state not in rules.ASKED_ABOUT
    if (known is not None and known >= at) or (other and over and payment.dispute in rules.ASKED_ABOUT):
        return payment.public_id
    before = payment.dispute
    payment.dispute_id, payment.dispute, payment.dispute_amount = dispute.id, dispute.state, dispute.amount
    payment.dispute_due, payment.dispute_seen_at = dispute.due if dispute.state == "open" else None, at
    db.session.flush()
    credit(payment)
    if dispute.state != before:
        audit.record(
            ACTOR, f"online_payment.dispute_{dispute.state}", payment.public_id, before={"dispute": before},
            after={"dispute": dispute.state, "amount": dispute.amount},
        )  # fmt: skip
    return payment.public_id


def refund_went(public_id: str, refund_id: str | None, state: str, failure: str | None = None) -> str | None:
    """Note what became of a return; returns the public id of its payment, None where there is no such return."""
    refund = db.session.query(OnlineRefund).filter_by(public_id=public_id).with_for_update().one_or_none()
    if refund is None:
        return None
    before = refund.state
    if before == "failed":
        return None
    refund.refund_id = refund_id or refund.refund_id
    refund.state, refund.failure = state, failure
    refund.finished_at = now() if state in ("done", "failed") else None
    payment = db.session.get(OnlinePayment, refund.payment_id)
    assert payment is not None
    if state != before:
        audit.record(ACTOR, f"online_payment.refund_{state}", payment.public_id, before={"state": before})
        mails.refund_went(payment, refund, before)
    db.session.flush()
    return payment.public_id


def _locked(public_id: str) -> OnlinePayment | None:
    found = db.session.query(OnlinePayment).filter_by(public_id=public_id)
    return found.populate_existing().with_for_update().one_or_none()
