"""What residents' payments ask of Stripe is taken by it, and its events and signatures are what we take them for.

With a real key `STRIPE_TEST_ACCOUNT=acct_…` names a connected test account that may take money. Without it an account
is made, which nobody has filled in: then Stripe checks the questions and refuses the account.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import stripe as official

from app.core.clock import now
from app.gateways.payments import events, online
from app.gateways.payments.client import Rejected, stripe
from app.gateways.payments.online import Order
from tests.stripe_real.conftest import CARD, Counter

pytestmark = pytest.mark.usefixtures("context")
ACCOUNT = os.environ.get("STRIPE_TEST_ACCOUNT", "")
SECRET = "whsec_suite"
# What Stripe says of questions that are wrong whoever asks.
OUR_FAULT = {"parameter_unknown", "parameter_missing", "payment_method_types_no_longer_supported", "url_invalid"}


@pytest.fixture
def account(counter: Counter) -> str:
    """A connected account that takes money; a real one perhaps not yet."""
    if counter.real and ACCOUNT:
        return ACCOUNT
    try:
        made = online.make_account(counter.key("account"), "Spółdzielnia „Próba”", "biuro@example.com")
    except Rejected as refused:
        if counter.real and refused.code not in OUR_FAULT and "Connect" in refused.message:
            pytest.skip(f"Connect is not switched on for this key: {refused.message}")
        raise
    assert online.make_account(counter.key("account"), "Spółdzielnia „Próba”", "biuro@example.com") == made

    def gone() -> None:
        with stripe() as api:
            api.v1.accounts.delete(made)

    counter.leaves(gone)
    if counter.double is not None:
        assert online.account_state(made).charges is False
        counter.double.onboard(made)
    return made


def order(counter: Counter, account: str) -> Order:
    return Order(
        account, counter.key("page"), f"suite{counter.mark}", "ABCD1234, lokal L1",
        (("Opłaty za lokal L1", 45_000), ("Opłata za płatność przez internet", 150)), online.METHODS,
        "https://example.com/done", "https://example.com/left", now() + timedelta(minutes=40),
    )  # fmt: skip


def test_an_account_asks_its_owner_on_a_page_of_stripe(counter: Counter, account: str) -> None:
    if account == ACCOUNT:
        pytest.skip("this account is filled in already")
    address = online.questionnaire(account, "https://example.com/back", "https://example.com/again")
    assert address.startswith("https://connect.stripe.com/" if counter.real else "http://127.0.0.1")


def test_a_page_of_payment_is_opened_once_and_read(counter: Counter, account: str) -> None:
    wanted = order(counter, account)
    try:
        session, address = online.open_page(wanted)
    except Rejected as refused:
        assert counter.real and account != ACCOUNT, refused.message
        assert refused.code not in OUR_FAULT, refused.message
        pytest.skip(f"the questions are right, the account is not filled in: {refused.message}")
    assert online.open_page(wanted) == (session, address)
    seen = online.look(account, session)
    assert (seen.state, seen.total, seen.currency, seen.payment) == ("open", 45_150, "pln", wanted.public_id)
    with stripe(account) as api:
        api.v1.checkout.sessions.expire(session)
    assert online.look(account, session).state == "expired"


def test_what_was_paid_is_given_back_once(counter: Counter) -> None:
    paid: Any = {
        "amount": 5000, "currency": "pln", "confirm": True, "payment_method": CARD,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
    }  # fmt: skip
    with stripe() as api:
        intent = api.v1.payment_intents.create(params=paid, options={"idempotency_key": counter.key("intent")})
    assert intent.status == "succeeded"
    back: Any = {"payment_intent": intent.id, "reason": "requested_by_customer"}
    with stripe() as api:
        first = api.v1.refunds.create(params=back, options={"idempotency_key": counter.key("back")})
        again = api.v1.refunds.create(params=back, options={"idempotency_key": counter.key("back")})
        charge: Any = api.v1.charges.retrieve(str(intent.latest_charge))
    assert first.id == again.id
    assert charge.amount_refunded == 5000
    assert charge.disputed is False


def test_events_as_stripe_keeps_them_are_read(counter: Counter) -> None:
    with stripe() as api:
        api.v1.customers.delete(api.v1.customers.create(params={"description": counter.mark}).id)
        found = api.v1.events.list(params={"limit": 5}).data
    assert found
    for one in found:
        payload = json.dumps(one.to_dict(), default=str).encode()
        event = events.verified(payload, events.signature(payload, SECRET, at=now()), SECRET)
        assert (event.id, event.type, event.live) == (one.id, one.type, False)


def test_our_signatures_and_the_clients_are_the_same() -> None:
    payload = '{"object":"event","nazwa":"Łąkowa"}'
    header = events.signature(payload.encode(), SECRET, at=now())
    assert official.WebhookSignature.verify_header(payload, header, SECRET, events.TOLERANCE_SECONDS)
    moment = int(now().timestamp())
    theirs = official.WebhookSignature._compute_signature(f"{moment}.{payload}", SECRET)
    assert f"v1={theirs}" in events.signature(payload.encode(), SECRET, at=datetime.fromtimestamp(moment, UTC))
    with pytest.raises(official.SignatureVerificationError):
        official.WebhookSignature.verify_header(payload + " ", header, SECRET, events.TOLERANCE_SECONDS)
