"""The double of Stripe behaves as the official client expects, and refuses what Stripe would refuse."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import stripe as official

from app.core.clock import now
from app.gateways.payments.client import Declined, Missing, Rejected, Unavailable, stripe
from tests.stripe_double import Double, validating

pytestmark = pytest.mark.usefixtures("context")
TIERS: list[Any] = [
    {"up_to": 50, "unit_amount": 0, "flat_amount": 3900},
    {"up_to": 500, "unit_amount": 55},
    {"up_to": "inf", "unit_amount": 40},
]


def price(api: Any, interval: str = "month", key: str = "basic-month") -> str:
    product = api.v1.products.create(params={"name": "Osiedle"})
    made = api.v1.prices.create(
        params={
            "product": product.id, "currency": "pln", "billing_scheme": "tiered", "tiers_mode": "graduated",
            "tiers": TIERS, "recurring": {"interval": interval}, "lookup_key": key, "tax_behavior": "exclusive",
        }
    )  # fmt: skip
    return str(made.id)


def checkout(api: Any, price_id: str, quantity: int, **subscription: Any) -> Any:
    customer = api.v1.customers.create(params={"name": "Zarządca", "email": "biuro@example.pl"})
    return api.v1.checkout.sessions.create(
        params={
            "mode": "subscription", "customer": customer.id, "success_url": "http://a.test/ok",
            "cancel_url": "http://a.test/no", "line_items": [{"price": price_id, "quantity": quantity}],
            "subscription_data": subscription,
        }
    )  # fmt: skip


def test_every_type_of_parameters_that_the_client_ships_can_be_read() -> None:
    records = validating.known_types()
    assert len(records) > 400
    for record in records:
        for hint in validating._fields(record).values():
            validating._meant(hint, record)


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"nam": "x"}, "nam"),
        ({"address": {"stret": "x"}}, "address[stret]"),
        ({"address": "x"}, "address"),
        ({"tax_exempt": "maybe"}, "tax_exempt"),
        ({"balance": "many"}, "balance"),
        ({"tax_id_data": [{"type": "eu_vat"}]}, "tax_id_data[0][value]"),
        ({"preferred_locales": "pl"}, "preferred_locales"),
    ],
)
def test_wrong_parameters_are_refused_with_their_path(stripe_double: Double, params: Any, param: str) -> None:
    with pytest.raises(Rejected) as refused, stripe() as api:
        api.v1.customers.create(params=params)
    assert refused.value.param == param
    assert stripe_double.every("customer") == []


def test_payment_method_types_are_refused_as_by_this_version_of_the_api(stripe_double: Double) -> None:
    params: Any = {"amount": 5000, "currency": "pln", "payment_method_types": ["blik"]}
    with pytest.raises(Rejected) as refused, stripe() as api:
        api.v1.payment_intents.create(params=params)
    assert refused.value.code == "payment_method_types_no_longer_supported"


def test_a_key_repeats_the_answer_and_not_the_deed(stripe_double: Double) -> None:
    with stripe() as api:
        first = api.v1.customers.create(params={"name": "A"}, options={"idempotency_key": "k"})
        again = api.v1.customers.create(params={"name": "A"}, options={"idempotency_key": "k"})
        assert first.id == again.id
    with pytest.raises(Rejected), stripe() as api:
        api.v1.customers.create(params={"name": "B"}, options={"idempotency_key": "k"})
    assert len(stripe_double.every("customer")) == 1


def test_a_lost_answer_is_asked_for_again_and_done_once(stripe_double: Double) -> None:
    stripe_double.faults.once("POST /v1/customers", "lost")
    with stripe() as api:
        made = api.v1.customers.create(params={"name": "A"}, options={"idempotency_key": "k"})
    assert [one["id"] for one in stripe_double.every("customer")] == [made.id]
    assert len(stripe_double.asked) == 2


def test_an_answer_that_stays_away_is_said_to_be_unknown(stripe_double: Double, monkeypatch: Any) -> None:
    from app.gateways.payments import client

    monkeypatch.setattr(client, "RETRIES", 0)
    monkeypatch.setattr(client, "_connections", lambda _pid: official.RequestsClient(timeout=0.2))
    stripe_double.faults.once("/v1/customers", "hang")
    with pytest.raises(Unavailable), stripe() as api:
        api.v1.customers.create(params={"name": "A"})


@pytest.mark.parametrize("kind", ["500", "429", "lock", "dropped", "unauthorised"])
def test_failures_of_stripe_are_told_as_unavailable(stripe_double: Double, monkeypatch: Any, kind: str) -> None:
    from app.gateways.payments import client

    monkeypatch.setattr(client, "RETRIES", 0)
    stripe_double.faults.once("/v1/products", kind)
    with pytest.raises(Unavailable), stripe() as api:
        api.v1.products.list()


def test_what_belongs_to_another_account_is_missing(stripe_double: Double) -> None:
    with stripe() as api:
        customer = api.v1.customers.create(params={"name": "A"}).id
        account = api.v1.accounts.create(params={"type": "standard", "country": "PL"}).id
    with pytest.raises(Missing), stripe(account) as api:
        api.v1.customers.retrieve(customer)
    with pytest.raises(Unavailable), stripe("acct_unknown") as api:
        api.v1.customers.list()


def test_a_trial_becomes_a_paid_subscription_and_then_past_due(stripe_double: Double) -> None:
    with stripe() as api:
        page = checkout(api, price(api), 120, trial_period_days=30)
        assert stripe_double.pay(page.url, secret="4000000000000341")
        found: Any = api.v1.checkout.sessions.retrieve(page.id, params={"expand": ["subscription"]})
        assert (found.status, found.subscription.status) == ("complete", "trialing")
        stripe_double.advance(days=31)
        after: Any = api.v1.subscriptions.retrieve(found.subscription.id, params={"expand": ["latest_invoice"]})
        assert after.status == "past_due"
        assert after.latest_invoice.total == 3900 + 70 * 55
        customer = api.v1.customers.retrieve(found.customer)
        api.v1.billing_portal.configurations.create(params={"features": {"invoice_history": {"enabled": True}}})
        portal = api.v1.billing_portal.sessions.create(params={"customer": customer.id})
        stripe_double.in_portal(portal.url, "card")
        stripe_double.advance(days=4)
        assert api.v1.subscriptions.retrieve(after.id).status == "active"
    told = [event["type"] for event in stripe_double.waiting()]
    for wanted in ("customer.subscription.trial_will_end", "invoice.payment_failed", "invoice.paid"):
        assert wanted in told


def test_more_units_in_the_middle_of_the_month_are_paid_for_the_rest_of_it(stripe_double: Double) -> None:
    with stripe() as api:
        page = checkout(api, price(api), 50)
        stripe_double.pay(page.id)
        subscription: Any = api.v1.subscriptions.list().data[0]
        item: Any = subscription["items"].data[0]
        length = item.current_period_end - item.current_period_start
        stripe_double.advance(seconds=length // 2)
        api.v1.subscriptions.update(subscription.id, params={"items": [{"id": item.id, "quantity": 150}]})
        upcoming = api.v1.invoices.create_preview(params={"subscription": subscription.id})
    # half a month of a hundred units more, and the next month of all
    assert abs(upcoming.total - (100 * 55 // 2 + 3900 + 100 * 55)) <= 1


def test_a_declined_card_opens_nothing(stripe_double: Double) -> None:
    with stripe() as api:
        page = checkout(api, price(api), 10)
        assert not stripe_double.pay(page.id, secret="4000000000000002")
        assert api.v1.checkout.sessions.retrieve(page.id).status == "open"
        params: Any = {"amount": 5000, "currency": "pln", "confirm": True, "payment_method": "pm_card_chargeDeclined"}
    with pytest.raises(Declined), stripe() as api:
        api.v1.payment_intents.create(params=params)


def test_a_connected_account_takes_blik_and_gives_it_back(stripe_double: Double) -> None:
    line: Any = {"quantity": 1, "price_data": {"currency": "pln", "unit_amount": 12345, "product_data": {"name": "X"}}}
    params: Any = {
        "mode": "payment", "line_items": [line], "allowed_payment_method_types": ["blik", "p24"],
        "success_url": "http://a.test/ok", "expires_at": int((now() + timedelta(hours=1)).timestamp()),
    }  # fmt: skip
    with stripe() as api:
        wanted: Any = {"blik_payments": {"requested": True}}
        account = api.v1.accounts.create(params={"type": "standard", "capabilities": wanted}).id
    with pytest.raises(Rejected), stripe(account) as api:
        api.v1.checkout.sessions.create(params=params)
    stripe_double.onboard(account)
    with stripe(account) as api:
        page = api.v1.checkout.sessions.create(params=params)
        assert not stripe_double.pay(page.id, "blik", "000000")
        assert stripe_double.pay(page.id, "blik")
        found: Any = api.v1.checkout.sessions.retrieve(page.id, params={"expand": ["payment_intent.latest_charge"]})
        assert found.payment_status == "paid"
        assert found.payment_intent.latest_charge.payment_method_details.type == "blik"
        api.v1.refunds.create(params={"payment_intent": found.payment_intent.id, "amount": 345})
        assert api.v1.charges.retrieve(found.payment_intent.latest_charge.id).amount_refunded == 345
    assert all(event["account"] == account for event in stripe_double.waiting())


def test_a_dispute_takes_the_money_away_until_the_bank_decides(stripe_double: Double) -> None:
    params: Any = {"amount": 5000, "currency": "pln", "confirm": True, "payment_method": "pm_card_visa"}
    with stripe() as api:
        intents = [api.v1.payment_intents.create(params=params).id for _n in range(3)]
    first, second, third = [stripe_double.dispute(one) for one in intents]
    with pytest.raises(Rejected) as refused, stripe() as api:
        api.v1.refunds.create(params={"payment_intent": intents[0]})
    assert refused.value.code == "charge_disputed"
    with stripe() as api:
        charge: Any = api.v1.charges.retrieve(api.v1.disputes.retrieve(first).charge)  # type: ignore[arg-type]
        assert charge.disputed is True
        evidence: Any = {"uncategorized_text": "Opłaty za lokal L1"}
        assert api.v1.disputes.update(first, params={"evidence": evidence}).status == "under_review"
        stripe_double.dispute_ends(first, won=True)
        assert api.v1.disputes.close(second).status == "lost"
        assert api.v1.refunds.create(params={"payment_intent": intents[0]}).status == "succeeded"
        stripe_double.advance(days=15)
        assert api.v1.disputes.retrieve(third).status == "lost", "nobody answered in time"
    told = [event["type"] for event in stripe_double.waiting()]
    assert told.count("charge.dispute.created") == 3
    assert told.count("charge.dispute.closed") == 3


def test_a_lookup_key_moves_only_when_told_to(stripe_double: Double) -> None:
    with stripe() as api:
        first = price(api)
    with pytest.raises(Rejected), stripe() as api:
        price(api)
    with stripe() as api:
        found = api.v1.prices.list(params={"lookup_keys": ["basic-month"], "expand": ["data.tiers"]})
        assert [one.id for one in found.data] == [first]
        assert len(found.data[0].tiers or ()) == 3
