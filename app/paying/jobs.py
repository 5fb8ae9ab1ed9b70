"""Asking Stripe: about payments that hang, returns that are to be sent, the manager's account.

Each body reads, ends its transaction, asks, and writes what it learned; run twice, it asks twice and changes nothing
more.
"""

from __future__ import annotations

from datetime import timedelta

from app.core import jobs, work
from app.core.clock import now
from app.core.jobs import Again, job
from app.gateways.payments import client, online
from app.gateways.payments.client import Declined, Missing, Rejected
from app.paying import connection, hearing, rules
from app.paying.commands import following, starting
from app.paying.commands.following import DISPUTE_JOB
from app.paying.commands.refunding import REFUND_JOB
from app.paying.commands.starting import CHECK_JOB
from app.paying.connection import ACCOUNT_JOB
from app.paying.models import OnlinePayment, OnlineRefund
from tenants.db import db

__all__ = ["hearing"]  # loading it opens the door to Stripe's events

RECONCILE_JOB = "paying.reconcile"
#: Stripe remembers a key this long, so a lost answer can be had again.
REMEMBERED = timedelta(hours=23)
A_TURN = 200


@job(CHECK_JOB, max_failures=10)
def check(public_id: str) -> Again | None:
    """Take over what Stripe says of one payment, and come back while it is not over."""
    payment = db.session.query(OnlinePayment).filter_by(public_id=public_id).one_or_none()
    if payment is None or not _ours(payment.stripe_account):
        return None
    session, account, age = payment.session_id, payment.stripe_account, now() - payment.created_at
    if session is None:
        return _begun(payment)
    work.commit()
    at = now()
    try:
        seen = online.look(account, session)
    except Missing:
        return None
    state = following.follow(public_id, seen, at)
    again = rules.looks_again(state or "", age)
    return None if again is None else Again(again)


def _begun(payment: OnlinePayment) -> Again | None:
    """A payment without a page: nobody was asked, or the answer was lost and is had again under the same key."""
    public_id = payment.public_id
    if payment.state != "intended":
        return None
    if payment.called_at is None:
        if payment.closes_at > now():
            return Again((payment.closes_at - now()).total_seconds() + 1)
        following.give_up(public_id)
        return None
    if payment.called_at < now() - REMEMBERED:
        following.give_up(public_id)
        return None
    order = starting.order(payment)
    work.commit()
    try:
        session, url = online.open_page(order)
    except (Rejected, Declined):
        following.give_up(public_id)
        return None
    starting.opened(public_id, session, url)
    return Again(60)


@job(REFUND_JOB, max_failures=10)
def refund(public_id: str) -> Again | None:
    """Send one return, or ask how it goes; one that was done may still come back from the payer's bank."""
    found = db.session.query(OnlineRefund).filter_by(public_id=public_id).one_or_none()
    if found is None or found.state == "failed":
        return None
    payment = db.session.get(OnlinePayment, found.payment_id)
    if payment is None or payment.intent_id is None or not _ours(payment.stripe_account):
        return None
    key, sent, account, intent = found.call_key, found.refund_id, payment.stripe_account, payment.intent_id
    age, amount = now() - found.asked_at, found.amount if found.form_key else None  # older ones were sent without
    work.commit()
    refund_id, failure = sent, None
    try:
        if sent:
            state = online.refund_state(account, sent)
        else:
            refund_id, state = online.refund(account, intent, key, amount)
    except (Rejected, Declined) as error:
        state, failure = "failed", (error.code or error.message)[:200]
    whose = following.refund_went(public_id, refund_id, state, failure)
    if whose is not None:
        jobs.enqueue(CHECK_JOB, whose, {"public_id": whose}, lane="urgent")
    return Again(3600) if state == "sent" and age < rules.WATCHED_FOR else None


@job(DISPUTE_JOB, max_failures=10)
def dispute(account: str, dispute: str) -> None:
    """Note how a dispute of the manager's account stands."""
    if not _ours(account):
        return
    work.commit()
    at = now()
    try:
        following.disputed(account, online.dispute(account, dispute), at)
    except Missing:
        return


@job(ACCOUNT_JOB)
def account(account: str) -> None:
    """Note how the manager's account stands."""
    if not _ours(account):
        return
    work.commit()
    at = now()
    connection.noted(account, online.account_state(account), at)


@job(RECONCILE_JOB)
def reconcile() -> None:
    """Have every payment looked at that is not over, or that may have gone back without our hearing of it."""
    if not client.configured():
        return
    waits = OnlinePayment.state.in_(sorted(rules.OPEN)) & (OnlinePayment.created_at > now() - rules.WATCHED_FOR)
    fresh = (OnlinePayment.state != "refunded") & (OnlinePayment.created_at > now() - rules.LOOKED_AT)
    found = db.session.query(OnlinePayment.public_id).filter(waits | (fresh & OnlinePayment.session_id.is_not(None)))
    for (public_id,) in found.order_by(OnlinePayment.seen_at.asc().nulls_first()).limit(A_TURN):
        jobs.enqueue(CHECK_JOB, public_id, {"public_id": public_id}, lane="bulk")
    returns = db.session.query(OnlineRefund.public_id).filter(OnlineRefund.state.in_(("asked", "sent")))
    for (public_id,) in returns.limit(A_TURN):
        jobs.enqueue(REFUND_JOB, public_id, {"public_id": public_id}, lane="bulk")
    disputes = db.session.query(OnlinePayment.stripe_account, OnlinePayment.dispute_id)
    for account_id, dispute_id in disputes.filter(OnlinePayment.dispute.in_(sorted(rules.ASKED_ABOUT))).limit(A_TURN):
        jobs.enqueue(DISPUTE_JOB, dispute_id or "", {"account": account_id, "dispute": dispute_id}, lane="bulk")
    mine = connection.mine()
    if mine is not None and mine.account is not None:
        jobs.enqueue(ACCOUNT_JOB, mine.account, {"account": mine.account}, lane="bulk")


def ask_if_any() -> bool:
    """Ask for `reconcile` where somebody paid or tried to lately, or a dispute lasts."""
    lately = OnlinePayment.created_at > now() - rules.LOOKED_AT
    lately |= OnlinePayment.dispute.in_(sorted(rules.ASKED_ABOUT))
    if not client.configured() or db.session.query(OnlinePayment.id).filter(lately).first() is None:
        return False
    jobs.enqueue(RECONCILE_JOB, "night", lane="bulk")
    return True


def _ours(account: str) -> bool:
    """Whether the bound manager still pays into this account; payments of an archive restored elsewhere are history."""
    mine = connection.mine()
    return client.configured() and mine is not None and mine.account == account
