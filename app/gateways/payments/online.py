"""Payments of residents on the account of their manager (Stripe Connect, direct charges, hosted Checkout).

Stripe hears the amount, the unit's code and our reference, and of the payer nothing: what it must know it asks itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from app.core.runtime import settings
from app.gateways.payments.client import CURRENCY, Missing, Rejected, stripe

METHODS = ("blik", "p24", "card")
_PAGES = "https://checkout.stripe.com https://connect.stripe.com"


@dataclass(frozen=True, slots=True)
class Order:
    """A page of payment to be opened: `lines` are (what for, grosze), `methods` some of `METHODS`, both addresses are
    where the payer comes back to. The same `key` opens the same page; Stripe closes it at `closes_at`."""

    account: str
    key: str
    public_id: str
    about: str
    lines: tuple[tuple[str, int], ...]
    methods: tuple[str, ...]
    done_url: str
    back_url: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """What Stripe says of a payment now; amounts in grosze. `state` is `open`, `processing`, `paid`, `failed` or
    `expired`; `total` and `refunded` are of the whole sum with its fee. `payment` is whose it says it is."""

    state: str
    total: int
    currency: str
    payment: str | None
    intent: str | None = None
    charge: str | None = None
    method: str | None = None
    refunded: int = 0
    paid_at: datetime | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """That a payer's bank wants money back (spór). `state` is `open` (the manager must answer until `due`), `waiting`,
    `won` or `lost`; `amount` in grosze is what is at stake."""

    id: str
    charge: str | None
    intent: str | None
    amount: int
    state: str
    due: datetime | None


@dataclass(frozen=True, slots=True)
class AccountState:
    """Whether a connected account may take money and have it paid out, and how many things Stripe still asks for."""

    charges: bool
    payouts: bool
    submitted: bool
    due: int


def page_origins() -> str:
    """The origins of Stripe's own pages, as a policy of where forms may lead names them."""
    base = settings().stripe_api_base
    parts = urlsplit(base) if base else None
    return f"{parts.scheme}://{parts.netloc}" if parts else _PAGES


def open_page(order: Order) -> tuple[str, str]:
    """Stripe's id and address of the page. Raises `Unavailable`, `Rejected`, `Declined`."""
    lines: list[Any] = [
        {"quantity": 1, "price_data": {"currency": CURRENCY, "unit_amount": sum_, "product_data": {"name": name}}}
        for name, sum_ in order.lines
    ]
    whose = {"payment": order.public_id}
    with stripe(order.account) as api:
        made = api.v1.checkout.sessions.create(
            params={
                "mode": "payment",
                "line_items": lines,
                "allowed_payment_method_types": list(order.methods),
                "client_reference_id": order.public_id,
                "metadata": whose,
                "payment_intent_data": {"description": order.about, "metadata": whose},
                "success_url": order.done_url,
                "cancel_url": order.back_url,
                "expires_at": int(order.closes_at.timestamp()),
                "locale": "auto",
            },
            options={"idempotency_key": order.key},
        )
    if not made.url:
        raise Rejected("Stripe opened no page")
    return made.id, made.url


def look(account: str, session: str) -> Seen:
    """What became of a page and its payment. Raises `Unavailable`, `Missing`."""
    with stripe(account) as api:
        found = api.v1.checkout.sessions.retrieve(session, params={"expand": ["payment_intent.latest_charge"]})
    intent: Any = found.payment_intent
    charge: Any = getattr(intent, "latest_charge", None)
    paid = found.payment_status == "paid"
    error: Any = getattr(intent, "last_payment_error", None)
    return Seen(
        state=_state(found.status, paid, getattr(intent, "status", None)),
        total=found.amount_total or 0,
        currency=found.currency or "",
        payment=found.client_reference_id,
        intent=getattr(intent, "id", None),
        charge=getattr(charge, "id", None),
        method=getattr(getattr(charge, "payment_method_details", None), "type", None),
        refunded=getattr(charge, "amount_refunded", 0) or 0,
        paid_at=datetime.fromtimestamp(charge.created, UTC) if paid and charge is not None else None,
        failure=getattr(error, "code", None),
    )


def _state(page: str | None, paid: bool, intent: str | None) -> str:
    """An unpaid page that is complete waits for the bank (Przelewy24), or the bank has said no."""
    if paid:
        return "paid"
    if page == "expired":
        return "expired"
    if page == "complete":
        return "processing" if intent == "processing" else "failed"
    return "processing" if intent == "processing" else "open"


def refund(account: str, intent: str, key: str, amount: int | None = None) -> tuple[str, str]:
    """Give a payment back, whole or `amount` grosze of it; Stripe's id and `sent`, `done` or `failed`. Raises
    `Unavailable`, `Rejected`."""
    params: Any = {"payment_intent": intent, "reason": "requested_by_customer"}
    if amount is not None:
        params["amount"] = amount
    with stripe(account) as api:
        made = api.v1.refunds.create(params=params, options={"idempotency_key": key})
    return made.id, _REFUNDS.get(made.status or "", "sent")


def refund_state(account: str, refund: str) -> str:
    """`sent`, `done` or `failed`. Raises `Unavailable`, `Missing`."""
    with stripe(account) as api:
        return _REFUNDS.get(api.v1.refunds.retrieve(refund).status or "", "sent")


_REFUNDS = {"succeeded": "done", "failed": "failed", "canceled": "failed"}


def dispute(account: str, wanted: str) -> Dispute:
    """How a dispute stands. Raises `Unavailable`, `Missing`."""
    with stripe(account) as api:
        found: Any = api.v1.disputes.retrieve(wanted)
    due = getattr(getattr(found, "evidence_details", None), "due_by", None)
    return Dispute(
        id=found.id,
        charge=_id(found.charge),
        intent=_id(found.payment_intent),
        amount=found.amount,
        state=_DISPUTES.get(found.status, "open"),
        due=datetime.fromtimestamp(due, UTC) if due else None,
    )


_DISPUTES = {
    "warning_under_review": "waiting", "under_review": "waiting", "warning_closed": "won", "prevented": "won",
    "won": "won", "lost": "lost",
}  # fmt: skip


def _id(found: Any) -> str | None:
    """The id of what is told by its id or whole."""
    return found if found is None or isinstance(found, str) else str(found.id)


def make_account(key: str, name: str, email: str | None) -> str:
    """A connected account whose owner deals with Stripe alone: it has the panel, pays Stripe's fees and answers for
    what it owes. Returns `acct_…`. Raises `Unavailable`, `Rejected`."""
    params: Any = {
        "country": "PL",
        "controller": {
            "fees": {"payer": "account"},
            "losses": {"payments": "stripe"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "full"},
        },
        "capabilities": {f"{name_}_payments": {"requested": True} for name_ in METHODS},
        "business_profile": {"name": name[:100]},
    }
    if email:
        params["email"] = email
    with stripe() as api:
        return str(api.v1.accounts.create(params=params, options={"idempotency_key": key}).id)


def questionnaire(account: str, back_url: str, again_url: str) -> str:
    """The address of Stripe's questions to the owner of the account; it works once. Raises `Unavailable`."""
    with stripe() as api:
        made = api.v1.account_links.create(
            params={
                "account": account,
                "type": "account_onboarding",
                "return_url": back_url,
                "refresh_url": again_url,
            }
        )
    return str(made.url)


def account_state(account: str) -> AccountState:
    """How the account stands; one that was closed or cut off takes nothing. Raises `Unavailable`."""
    try:
        with stripe() as api:
            found: Any = api.v1.accounts.retrieve(account)
    except Missing:
        return AccountState(False, False, False, 0)
    due = getattr(getattr(found, "requirements", None), "currently_due", None) or []
    return AccountState(
        bool(found.charges_enabled), bool(found.payouts_enabled), bool(found.details_submitted), len(due)
    )
