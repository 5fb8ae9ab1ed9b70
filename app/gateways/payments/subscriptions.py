"""What managers owe the platform, at Stripe: customers, Checkout, the portal, subscriptions, invoices.

Everything is on the platform's own account. Answers are small values of ours; amounts are grosze.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from app.core.clock import local
from app.gateways.payments.catalogue import MARK, MOST, price_id, vat_rate
from app.gateways.payments.client import Missing, Rejected, stripe


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who is on the invoices; `slug` is our own reference."""

    slug: str
    name: str
    email: str
    street: str
    city: str
    nip: str | None


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as it is now. `price_key` names plan and interval; `cancels` at the end of the period.

    `trial_end` is the last day of a trial, `ended_on` the day on which the subscription was over.
    """

    id: str
    customer: str
    status: str
    item: str
    quantity: int
    price_key: str | None
    period_end: date
    trial_end: date | None
    cancels: bool
    ended_on: date | None


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice as it is now; `state` is `open`, `paid`, `void` or `uncollectible`, `nip` the buyer's on it."""

    id: str
    number: str
    state: str
    net: int
    vat: int
    issued_on: date
    due_on: date | None
    period_from: date
    period_until: date
    paid_on: date | None
    hosted_url: str | None
    pdf_url: str | None
    nip: str | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a change would cost, with VAT, in grosze: `part` the difference for the rest of the running period, `total`
    the next invoice; negative is in the customer's favour.
    """

    part: int
    total: int


def create_customer(key: str, slug: str) -> str:
    """The id of a new customer; the same `key` gives the same one."""
    with stripe() as api:
        made = api.v1.customers.create(
            params={"description": slug, "metadata": MARK | {"slug": slug}, "preferred_locales": ["pl"]},
            options={"idempotency_key": key},
        )
    return str(made.id)


def tell_customer(customer: str, buyer: Buyer) -> None:
    """Put the buyer's data on the customer; a tax number replaces the one before."""
    changes: Any = {"name": buyer.name, "preferred_locales": ["pl"]}
    if buyer.email:
        changes["email"] = buyer.email
    if buyer.street or buyer.city:
        changes["address"] = {"line1": buyer.street, "city": buyer.city, "country": "PL"}
    wanted = f"PL{buyer.nip}" if buyer.nip else None
    with stripe() as api:
        api.v1.customers.update(customer, params=changes)
        kept = api.v1.customers.tax_ids.list(customer, params={"limit": MOST}).data
        for one in kept:
            if one.value != wanted:
                api.v1.customers.tax_ids.delete(customer, one.id)
        if wanted and wanted not in [one.value for one in kept]:
            api.v1.customers.tax_ids.create(customer, params={"type": "eu_vat", "value": wanted})


def checkout(
    key: str, customer: str, price_key: str, quantity: int, vat_percent: int, trial_end: datetime | None, back: str
) -> str:
    """The address of a page where a subscription begins; the same `key` gives the same page.

    Raises `Missing` when the price list was not synchronised.
    """
    with stripe() as api:
        price = price_id(api, price_key)
        rate = vat_rate(api, vat_percent)
        if rate is None:
            raise Missing("the price list was not synchronised")
        data: Any = {"default_tax_rates": [rate], "metadata": MARK}
        if trial_end is not None:
            data["trial_end"] = int(trial_end.timestamp())
        page = api.v1.checkout.sessions.create(
            params={
                "mode": "subscription",
                "customer": customer,
                "line_items": [{"price": price, "quantity": quantity}],
                "subscription_data": data,
                "success_url": f"{back}?paid=1",
                "cancel_url": back,
                "locale": "pl",
            },
            options={"idempotency_key": key},
        )
    if not page.url:
        raise Rejected("Stripe opened no page")
    return str(page.url)


def portal(customer: str, back: str) -> str:
    """The address of the customer's own page at Stripe: cards, invoices, cancelling."""
    with stripe() as api:
        made = api.v1.billing_portal.sessions.create(params={"customer": customer, "return_url": back, "locale": "pl"})
    return str(made.url)


def set_quantity(key: str, subscription: str, item: str, quantity: int) -> None:
    """Tell how many units are paid for; what differs in the running period is on the next invoice."""
    with stripe() as api:
        api.v1.subscriptions.update(
            subscription,
            params={"items": [{"id": item, "quantity": quantity}], "proration_behavior": "create_prorations"},
            options={"idempotency_key": key},
        )


def preview_price(subscription: str, item: str, price_key: str) -> Preview:
    """What `change_price` would cost now. Raises `Missing` when the price list was not synchronised."""
    with stripe() as api:
        made = api.v1.invoices.create_preview(
            params={
                "subscription": subscription,
                "subscription_details": {
                    "items": [{"id": item, "price": price_id(api, price_key)}],
                    "proration_behavior": "create_prorations",
                },
            }
        )
    parts = [one for one in made.lines.data if _is_part(one)]
    newest = max((one.period.start for one in parts), default=0)
    net = sum(one.amount for one in parts if one.period.start == newest)
    vat = made.total - made.total_excluding_tax if made.total_excluding_tax is not None else 0
    share = Decimal(vat) / made.total_excluding_tax if made.total_excluding_tax else Decimal(0)
    return Preview(net + int((net * share).quantize(Decimal(1), ROUND_HALF_UP)), made.total)


def change_price(key: str, subscription: str, item: str, price_key: str) -> None:
    """Have the subscription go on with another price at once; the same `key` does it once.

    What differs in the running period is on the next invoice; with another interval a period begins now, and with it
    an invoice. Raises `Missing` when the price list was not synchronised.
    """
    with stripe() as api:
        api.v1.subscriptions.update(
            subscription,
            params={
                "items": [{"id": item, "price": price_id(api, price_key)}],
                "proration_behavior": "create_prorations",
            },
            options={"idempotency_key": key},
        )


def keep_going(subscription: str) -> None:
    """Take back a cancellation that waits for the end of the period."""
    with stripe() as api:
        api.v1.subscriptions.update(subscription, params={"cancel_at_period_end": False})


def customer_of(kind: str, wanted: str) -> str | None:
    """Whose a subscription, invoice or Checkout page is. Raises `Missing`."""
    with stripe() as api:
        found: Any
        if kind == "subscription":
            found = api.v1.subscriptions.retrieve(wanted)
        elif kind == "invoice":
            found = api.v1.invoices.retrieve(wanted)
        elif kind == "checkout.session":
            found = api.v1.checkout.sessions.retrieve(wanted)
        else:
            return None
    return _id(found.customer)


def subscriptions_of(customer: str) -> list[Subscription]:
    """All subscriptions of a customer, also ended ones, newest first."""
    with stripe() as api:
        listed = api.v1.subscriptions.list(params={"customer": customer, "status": "all", "limit": MOST})
    newest = sorted(listed.data, key=lambda one: one.created, reverse=True)
    return [_subscription(one) for one in newest]


def invoices_of(customer: str) -> list[Bill]:
    """The newest invoices of a customer that ask for money."""
    with stripe() as api:
        listed = api.v1.invoices.list(params={"customer": customer, "limit": MOST})
    asked = [one for one in listed.data if one.status not in (None, "draft") and (one.total or 0) > 0]
    return [_bill(one) for one in asked]


def _is_part(line: Any) -> bool:
    details = getattr(line.parent, "subscription_item_details", None) if line.parent else None
    return bool(details and details.proration)


def _subscription(found: Any) -> Subscription:
    item = found["items"].data[0]
    return Subscription(
        id=found.id,
        customer=_id(found.customer) or "",
        status=found.status,
        item=item.id,
        quantity=item.quantity or 0,
        price_key=item.price.lookup_key,
        period_end=_day(item.current_period_end),
        trial_end=_day(found.trial_end - 1) if found.trial_end else None,
        cancels=bool(found.cancel_at_period_end or found.cancel_at),
        ended_on=_day(found.ended_at) if found.status == "canceled" and found.ended_at else None,
    )


def _bill(found: Any) -> Bill:
    net = found.total_excluding_tax if found.total_excluding_tax is not None else found.total
    spans = [(one.period.start, one.period.end) for one in found.lines.data]
    started, ended = max(spans, key=lambda span: span[1]) if spans else (found.period_start, found.period_end)
    paid_at = found.status_transitions.paid_at
    return Bill(
        id=found.id,
        number=found.number or found.id,
        state=found.status,
        net=max(0, net),
        vat=max(0, found.total - net),
        issued_on=_day(found.status_transitions.finalized_at or found.created),
        due_on=_day(found.due_date) if found.due_date else None,
        period_from=_day(started),
        period_until=_day(ended),
        paid_on=_day(paid_at) if paid_at else None,
        hosted_url=found.hosted_invoice_url,
        pdf_url=found.invoice_pdf,
        nip=next((one.value[-10:] for one in found.customer_tax_ids or () if one.type in ("eu_vat", "pl_nip")), None),
    )


def _day(seconds: int) -> date:
    return local(datetime.fromtimestamp(seconds, UTC)).date()


def _id(found: Any) -> str | None:
    return found if isinstance(found, str) or found is None else str(found.id)
