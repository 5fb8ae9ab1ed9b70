"""Stripe that is slow, silent or away while people look after their subscription: pages work, and nobody waits long."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.billing import subscribing
from app.core.actor import system
from app.gateways.payments import client
from tests.features.billing.conftest import PASSWORD, Manager
from tests.pages import inspect

CHOICE = {"plan": "basic", "plan_interval": "month"}
BUDGET = 1.2
AWAY = "Stripe teraz nie odpowiada. Nic nie zostało pobrane."


@pytest.fixture
def manager(app: Any, new_tenant: Callable[..., Any], stripe_double: Any, monkeypatch: pytest.MonkeyPatch) -> Manager:
    """A manager whose pages give Stripe little more than a second."""
    monkeypatch.setattr(client, "PAGE_SECONDS", BUDGET)
    made = Manager(app, new_tenant(post=False, admin_password=PASSWORD))
    made.unbound(lambda: subscribing.sync(system("tests")))
    return made


def test_a_page_gives_stripe_one_time_for_all_its_questions(manager: Manager, stripe_double: Any) -> None:
    """Six questions that each take a while are together as long as one: the page ends and says so."""
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    stripe_double.faults.slow, stripe_double.faults.slowness = True, 0.5
    began = time.monotonic()
    answer = admin.post("/admin/billing/checkout", **CHOICE)
    assert time.monotonic() - began < BUDGET + 4, "the machine may be busy"
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/billing")
    assert AWAY in inspect(admin.get("/admin/billing"))
    stripe_double.faults.slow = False
    address = admin.post("/admin/billing/checkout", **CHOICE).headers["Location"]
    assert address.startswith(stripe_double.url)
    assert len(stripe_double.every("customer", description=manager.slug)) == 1
    assert len(stripe_double.every("checkout.session")) <= 1


def test_what_shows_the_subscription_never_asks_stripe(manager: Manager, stripe_double: Any) -> None:
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    assert stripe_double.pay(admin.post("/admin/billing/checkout", **CHOICE).headers["Location"])
    manager.unbound(lambda: subscribing.refresh(manager.tenant.id))
    asked = len(stripe_double.asked)
    stripe_double.faults.down = True
    page = inspect(admin.get("/admin/billing"))
    assert "DOUBLE-0001" in page
    assert "Zarządzaj płatnościami" in page
    assert admin.get("/admin/").status_code == 200
    assert len(stripe_double.asked) == asked
    stripe_double.faults.down = False


@pytest.mark.parametrize("fault", ["hang", "dropped", "500", "429", "unauthorised"])
def test_the_portal_that_does_not_open_says_so_and_the_subscription_stays(
    manager: Manager, stripe_double: Any, fault: str
) -> None:
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    assert stripe_double.pay(admin.post("/admin/billing/checkout", **CHOICE).headers["Location"])
    manager.unbound(lambda: subscribing.refresh(manager.tenant.id))
    stripe_double.faults.once("/v1/billing_portal/sessions", fault, times=3)
    began = time.monotonic()
    answer = admin.post("/admin/billing/portal")
    assert time.monotonic() - began < BUDGET + 4
    assert (answer.status_code, answer.headers["Location"]) == (303, "/admin/billing")
    page = inspect(admin.get("/admin/billing"))
    assert AWAY in page
    assert "Zarządzaj płatnościami" in page
    assert manager.account().stage == "good", "our trouble cuts off nobody"


def test_who_waits_for_stripe_holds_no_row_that_others_need(manager: Manager, stripe_double: Any) -> None:
    """While one administrator waits, another saves the buyer's data and a third looks."""
    first, second, third = (manager.browser("admin") for _n in range(3))
    for browser in (first, second, third):
        browser.get("/admin/billing")
    second.get("/admin/billing/buyer")
    stripe_double.faults.once("/v1/customers", "hang", times=2)
    with ThreadPoolExecutor(1) as pool:
        waits = pool.submit(lambda: first.post("/admin/billing/checkout", **CHOICE).status_code)
        while not stripe_double.asked:
            time.sleep(0.01)
        buyer = {"buyer_name": "SM Nowa", "buyer_street": "", "buyer_city": "", "buyer_email": "", "nip": ""}
        assert second.post("/admin/billing/buyer", **buyer).status_code == 303
        assert third.get("/admin/billing").status_code == 200
        assert not waits.done()
        assert waits.result(30) == 303


def test_a_job_is_not_hurried(app: Any) -> None:
    with app.app_context():
        assert client.patience() == (client.CONNECT_SECONDS, client.ANSWER_SECONDS)
