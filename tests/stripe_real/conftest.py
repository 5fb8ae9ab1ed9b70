"""One Stripe for the whole suite: the double, or with `STRIPE_TEST_KEY=sk_test_…` the real one in test mode.

The real one is left as it was found: customers, accounts and subscriptions that were made are deleted; products and
prices are shared by all runs and carry our own names, for Stripe deletes no price.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from app.core import runtime
from app.gateways.payments.client import Rejected, Unavailable, stripe
from config.settings import Settings
from tests.stripe_double import Double

KEY = os.environ.get("STRIPE_TEST_KEY", "")
WHY_NOT = "set STRIPE_TEST_KEY=sk_test_… to ask the real Stripe"
CARD = "pm_card_visa"  # a payment method that Stripe has for tests


@dataclass
class Counter:
    """The Stripe that is asked. `double` is None for the real one; what `undo` names is done at the end."""

    double: Double | None
    undo: list[Callable[[], Any]] = field(default_factory=list)
    mark: str = field(default_factory=lambda: secrets.token_hex(6))

    @property
    def real(self) -> bool:
        return self.double is None

    def key(self, purpose: str) -> str:
        """An idempotency key that no run before has used."""
        return f"osiedle-suite-{self.mark}-{purpose}"

    def leaves(self, undo: Callable[[], Any]) -> None:
        self.undo.append(undo)

    def clean(self) -> None:
        for undo in reversed(self.undo):
            with suppress(Rejected, Unavailable):
                undo()
        self.undo.clear()


@pytest.fixture(params=["double", "real"])
def counter(request: pytest.FixtureRequest, app: Any, settings: Settings) -> Iterator[Counter]:
    """Both, one after the other; the real one is skipped by name without a key."""
    if request.param == "real":
        if not KEY.startswith(("sk_test_", "rk_test_")):
            pytest.skip(WHY_NOT)
        runtime.install(replace(settings, stripe_api_key=KEY, stripe_api_base=None))
        yield from _cleaned(Counter(None))
    else:
        with Double() as double:
            runtime.install(replace(settings, stripe_api_key=double.key, stripe_api_base=double.url))
            yield from _cleaned(Counter(double))
    runtime.install(settings)


def _cleaned(counter: Counter) -> Iterator[Counter]:
    try:
        yield counter
    finally:
        counter.clean()


@pytest.fixture
def customer(counter: Counter) -> str:
    """A customer with a card that pays, deleted with all its subscriptions afterwards."""
    from app.gateways.payments import subscriptions

    made = subscriptions.create_customer(counter.key("customer"), f"suite-{counter.mark}")

    def gone() -> None:
        with stripe() as api:
            api.v1.customers.delete(made)

    counter.leaves(gone)
    return made


@pytest.fixture
def price_key(counter: Counter) -> str:
    """The key of our smallest monthly price, synchronised."""
    from app.billing import plans, subscribing
    from app.gateways.payments import catalogue

    catalogue.sync(subscribing.price_list(), plans.VAT_PERCENT)
    return plans.price_key(plans.PLANS["basic"], "month")
