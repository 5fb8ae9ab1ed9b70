"""What managers' billing asks of Stripe is taken by it: price list, customer, Checkout, portal, changes, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from app.billing import plans, subscribing
from app.core.clock import now
from app.gateways.payments import catalogue, endings, subscriptions
from app.gateways.payments.client import Missing, stripe
from app.gateways.payments.subscriptions import Buyer
from tests.stripe_real.conftest import CARD, Counter

pytestmark = pytest.mark.usefixtures("context")
NIP = "5252344078"


@pytest.fixture
def subscription(counter: Counter, customer: str, price_key: str) -> subscriptions.Subscription:
    """A live subscription of ten units, paid by a test card."""
    with stripe() as api:
        price = api.v1.prices.list(params={"lookup_keys": [price_key]}).data[0].id
        card = api.v1.payment_methods.attach(CARD, params={"customer": customer}).id
        api.v1.customers.update(customer, params={"invoice_settings": {"default_payment_method": card}})
        api.v1.subscriptions.create(
            params={"customer": customer, "items": [{"price": price, "quantity": 10}]},
            options={"idempotency_key": counter.key("subscription")},
        )
    made = subscriptions.subscriptions_of(customer)
    assert [(one.status, one.quantity, one.price_key) for one in made] == [("active", 10, price_key)]
    return made[0]


def test_the_price_list_is_taken_and_found_again_as_it_was_given(counter: Counter, price_key: str) -> None:
    assert catalogue.sync(subscribing.price_list(), plans.VAT_PERCENT) == []
    with stripe() as api:
        found = api.v1.prices.list(params={"lookup_keys": [price_key], "expand": ["data.tiers"]}).data
    assert len(found) == 1
    assert catalogue._tiers_of(found[0]) == next(
        one.tiers for one in subscribing.price_list() if one.key == price_key
    )


def test_a_customer_is_one_for_its_key_and_has_the_buyers_data(counter: Counter, customer: str) -> None:
    assert subscriptions.create_customer(counter.key("customer"), f"suite-{counter.mark}") == customer
    buyer = Buyer("x", "Spółdzielnia „Próba”", "biuro@example.com", "Lipowa 1", "Poznań", NIP)
    for _again in range(2):
        subscriptions.tell_customer(customer, buyer)
    with stripe() as api:
        found: Any = api.v1.customers.retrieve(customer)
        kept = api.v1.customers.tax_ids.list(customer).data
    assert (found.name, found.email, found.address.city) == (buyer.name, buyer.email, "Poznań")
    assert [(one.type, one.value) for one in kept] == [("eu_vat", f"PL{NIP}")]
    subscriptions.tell_customer(customer, Buyer("x", "Inna", "", "", "", None))
    with stripe() as api:
        assert api.v1.customers.tax_ids.list(customer).data == []


@pytest.mark.parametrize("days", [0, 30], ids=["at once", "after a trial"])
def test_a_page_where_a_subscription_begins_is_opened_once(
    counter: Counter, customer: str, price_key: str, days: int
) -> None:
    until = now() + timedelta(days=days) if days else None
    asked = (counter.key("page"), customer, price_key, 120, plans.VAT_PERCENT, until, "https://example.com/back")
    first, again = subscriptions.checkout(*asked), subscriptions.checkout(*asked)
    assert first == again
    assert first.startswith("https://checkout.stripe.com/" if counter.real else "http://127.0.0.1")
    with stripe() as api:
        page = api.v1.checkout.sessions.list(params={"customer": customer}).data[0]
        assert (page.status, page.mode) == ("open", "subscription")
        counter.leaves(lambda: _expire(page.id))


def _expire(page: str) -> None:
    with stripe() as api:
        api.v1.checkout.sessions.expire(page)


def test_the_portal_opens_for_a_customer(counter: Counter, customer: str, price_key: str) -> None:
    address = subscriptions.portal(customer, "https://example.com/back")
    assert address.startswith("https://billing.stripe.com/" if counter.real else "http://127.0.0.1")


def test_more_units_are_taken_and_the_next_invoice_shows_the_part(
    counter: Counter, customer: str, subscription: subscriptions.Subscription
) -> None:
    key = counter.key("quantity")
    for _again in range(2):
        subscriptions.set_quantity(key, subscription.id, subscription.item, 700)
    assert subscriptions.subscriptions_of(customer)[0].quantity == 700
    with stripe() as api:
        coming: Any = api.v1.invoices.create_preview(
            params={
                "subscription": subscription.id,
                "subscription_details": {
                    "items": [{"id": subscription.item, "quantity": 800}],
                    "proration_behavior": "create_prorations",
                },
            }
        )
    parts = [line for line in coming.lines.data if line.parent.subscription_item_details.proration]
    assert len(parts) >= 2
    assert coming.total > 0


def test_invoices_are_read_as_bills(
    counter: Counter, customer: str, subscription: subscriptions.Subscription
) -> None:
    bills = subscriptions.invoices_of(customer)
    assert [(one.state, one.net) for one in bills] == [("paid", 3900)]
    assert bills[0].number and bills[0].hosted_url
    assert subscriptions.customer_of("invoice", bills[0].id) == customer
    assert subscriptions.customer_of("subscription", subscription.id) == customer


def test_the_renewal_is_stopped_taken_back_and_the_subscription_ended(
    counter: Counter, customer: str, subscription: subscriptions.Subscription
) -> None:
    endings.stop_renewing(counter.key("stop"), subscription.id)
    assert subscriptions.subscriptions_of(customer)[0].cancels
    endings.renew(counter.key("renew"), subscription.id)
    assert not subscriptions.subscriptions_of(customer)[0].cancels
    assert endings.end_all(customer) == [subscription.id]
    assert subscriptions.subscriptions_of(customer)[0].status == "canceled"
    assert endings.end_all(customer) == []


def test_what_is_not_there_is_missing(counter: Counter) -> None:
    for kind, wanted in (("subscription", "sub_nobody"), ("invoice", "in_nobody"), ("checkout.session", "cs_test_no")):
        with pytest.raises(Missing):
            subscriptions.customer_of(kind, wanted)
