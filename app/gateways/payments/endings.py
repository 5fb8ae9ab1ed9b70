"""The end of a manager's subscription at Stripe when the manager itself leaves."""

from __future__ import annotations

from app.gateways.payments.client import Missing, stripe

# A subscription that is paused or was never paid for may still come to life.
LIVELY = ("trialing", "active", "past_due", "unpaid", "paused", "incomplete")


def stop_renewing(key: str, subscription: str) -> None:
    """Have it end with the period that is paid for. Raises `Unavailable`, `Rejected`."""
    with stripe() as api:
        api.v1.subscriptions.update(
            subscription, params={"cancel_at_period_end": True}, options={"idempotency_key": key}
        )


def renew(key: str, subscription: str) -> None:
    """Take that back. Raises `Unavailable`, `Rejected`, `Missing` when it has ended meanwhile."""
    with stripe() as api:
        api.v1.subscriptions.update(
            subscription, params={"cancel_at_period_end": False}, options={"idempotency_key": key}
        )


def end_all(customer: str) -> list[str]:
    """End whatever subscriptions the customer has, now and without a last invoice; returns which.

    A request to end takes no idempotency key: what has ended is `Missing`, and that is as wished. Raises
    `Unavailable`, `Rejected`.
    """
    ended = []
    with stripe() as api:
        listed = api.v1.subscriptions.list(params={"customer": customer, "status": "all", "limit": 100})
    for one in listed.data:
        if one.status not in LIVELY:
            continue
        try:
            with stripe() as api:
                api.v1.subscriptions.cancel(one.id, params={"invoice_now": False, "prorate": False})
        except Missing:
            pass
        ended.append(str(one.id))
    return ended
