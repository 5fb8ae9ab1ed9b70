"""Where Stripe is a double, pages that lead to money say so; where it is not, nothing is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.core import runtime
from config.settings import UnsafeSettings, load
from tests.features.billing.conftest import PASSWORD, Manager
from tests.features.closing.test_closing import House

SAID = "Płatności testowe (Stripe udawany)"


def test_pages_of_money_and_the_console_say_it_is_a_double(
    app: Any, new_tenant: Callable[..., Any], stripe_double: Any
) -> None:
    manager = Manager(app, new_tenant(post=False, admin_password=PASSWORD))
    admin = manager.browser("admin")
    for path in ("/admin/billing", "/admin/billing/buyer", "/admin/payments-online"):
        assert SAID in admin.get(path).get_data(as_text=True), path
    assert SAID not in admin.get("/admin/").get_data(as_text=True)
    console = House(app, manager.tenant).first
    assert SAID in console.get("/tenants").get_data(as_text=True)
    real = replace(runtime.settings(), stripe_api_base=None)
    runtime.install(real)
    assert SAID not in admin.get("/admin/billing").get_data(as_text=True)
    runtime.install(replace(real, stripe_api_base=stripe_double.url, env="production"))
    assert SAID not in admin.get("/admin/billing").get_data(as_text=True)


def test_production_speaks_to_stripe_alone() -> None:
    sound = {
        "OSIEDLE_ENV": "production", "DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r",
        "SECRET_KEY": "k" * 40, "ENCRYPTION_KEYS": "e", "MAIL_URL": "smtp://mail.example:25",
        "BASE_DOMAIN": "osiedle.example", "STRIPE_API_KEY": "sk_live_x",
    }  # fmt: skip
    assert load(sound).stripe_api_base is None
    with pytest.raises(UnsafeSettings, match="STRIPE_API_BASE"):
        load(sound | {"STRIPE_API_BASE": "http://127.0.0.1:9999"})
