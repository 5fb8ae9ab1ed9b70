from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.core import runtime
from tests.features.paying.street import Street
from tests.stripe_double import Double


@pytest.fixture
def double(app: Any) -> Iterator[Double]:
    """A double of Stripe that this process asks, and believes."""
    before = runtime.settings()
    with Double() as running:
        told = {"stripe_api_key": running.key, "stripe_webhook_secret": running.secret, "stripe_api_base": running.url}
        runtime.install(replace(before, **told))
        yield running
    runtime.install(before)


@pytest.fixture
def street(app: Any, tenant: Any, tmp_path: Path, double: Double) -> Street:
    """A manager whose residents can pay over the internet; L1 of P1 owes 450 zł."""
    made = Street(app, tenant, tmp_path, double)
    made.open_for_payments()
    return made
