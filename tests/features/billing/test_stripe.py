"""Subscriptions against the double of Stripe: one of each, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from sqlalchemy import text

from app.billing import jobs, subscribing
from app.core.actor import system
from app.core.clock import now, today
from tenants.db import PLATFORM, db
from tests.features.billing.conftest import CHOICE, Manager, platform, subscribe
from tests.pages import inspect
from worker import entry


def test_the_price_list_is_brought_once(stripe: Any, manager: Manager) -> None:
    assert manager.unbound(lambda: subscribing.sync(system("tests"))) == []
    prices = stripe.every("price", lookup_key="osiedle_basic_month_2026-11")
    assert [(tier["up_to"], tier["unit_amount"]) for tier in prices[0]["tiers"]] == [
        (50, 0), (500, 55), (5000, 40), (None, 25),
    ]  # fmt: skip
    assert prices[0]["tiers"][0]["flat_amount"] == 3900


def test_a_manager_subscribes_and_sees_plan_and_invoice(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    subscribe(manager, stripe)
    admin = manager.browser("admin")
    assert "Czekamy na potwierdzenie" in inspect(admin.get("/admin/billing?paid=1"))
    assert set(handed()) == {200}
    found = manager.account()
    assert (found.plan, found.stripe_status, found.quantity, found.collection) == ("basic", "active", 1, "stripe")
    page = inspect(admin.get("/admin/billing?paid=1"))
    assert "DOUBLE-0001" in page and "47,97\u00a0zł" in page and "zapłacona" in page
    assert "Zarządzaj płatnościami" in page
    portal = admin.post("/admin/billing/portal")
    assert portal.status_code == 303 and "/portal/" in portal.headers["Location"]
    assert admin.post("/admin/billing/checkout", **CHOICE).headers["Location"].endswith("/admin/billing"), (
        "one is enough"
    )


def test_pressed_ten_times_at_once_it_is_one_customer_and_one_page(stripe: Any, manager: Manager) -> None:
    browsers = [manager.browser("admin") for _ in range(4)]
    for browser in browsers:
        browser.get("/admin/billing")
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda one: one.post("/admin/billing/checkout", **CHOICE), browsers))
    led = {answer.headers["Location"] for answer in answers if answer.headers["Location"].startswith(stripe.url)}
    assert len(led) == 1
    assert len(stripe.every("customer", description=manager.slug)) == 1


def test_a_lost_answer_makes_no_second_customer(stripe: Any, manager: Manager) -> None:
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    for _ in range(3):
        stripe.faults.once("/v1/customers", "lost")
    answer = admin.post("/admin/billing/checkout", **CHOICE)
    assert answer.status_code == 303
    assert "Stripe teraz nie odpowiada" in inspect(admin.get("/admin/billing"))
    subscribe(manager, stripe)
    assert len(stripe.every("customer", description=manager.slug)) == 1
    assert len(stripe.every("subscription")) == 1


def test_events_doubled_and_backwards_leave_what_stripe_says(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    subscribe(manager, stripe)
    subscription = stripe.every("subscription")[0]
    handed(order=lambda events: list(reversed(events)), times=3)
    assert manager.account().stripe_status == "active"
    stripe.advance(days=40)
    handed(order=lambda events: list(reversed(events)), times=2)
    invoices = manager.unbound(lambda: platform("SELECT state FROM platform.billing_invoices WHERE slug = :slug",
                                                 slug=manager.slug))  # fmt: skip
    assert invoices == ["paid", "paid"]
    assert manager.account().stripe_subscription == subscription["id"]


def test_what_no_event_told_is_mended_at_night_and_reported(stripe: Any, manager: Manager, console: Any) -> None:
    subscribe(manager, stripe)
    assert stripe.lose() > 0
    assert manager.account().stripe_status is None
    manager.unbound(jobs.night)
    due = "SELECT id FROM platform.jobs WHERE state = 'waiting' AND name = 'billing.reconcile' AND key = :key"
    for row in manager.unbound(lambda: platform(due, key=str(manager.tenant.id))):
        manager.unbound(lambda number=row: entry.run(None, number))
    assert manager.account().stripe_status == "active"
    assert "Uzgodniono rozliczenia ze Stripe" in inspect(console.get("/audit"))
    assert manager.unbound(lambda: subscribing.reconcile(system("tests"), manager.tenant.id)) == {}


def test_a_refused_card_leads_to_warnings_and_a_payment_ends_them(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    subscribe(manager, stripe)
    handed()
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    address = admin.post("/admin/billing/portal").headers["Location"]
    stripe.in_portal(address, "card", "4000000000000341")
    stripe.advance(days=32)
    handed()
    assert manager.account().stripe_status == "past_due"
    later = today() + timedelta(days=60)
    assert manager.look(later) == "warned"
    silent = "UPDATE platform.billing_accounts SET synced_at = :old WHERE tenant_id = :id"

    def deaf() -> None:
        with db.engines[PLATFORM].begin() as connection:
            connection.execute(text(silent), {"old": now() - timedelta(days=3), "id": manager.tenant.id})

    manager.unbound(deaf)
    assert manager.look(later + timedelta(days=8)) == "warned", "our outage cuts off nobody"
    manager.unbound(lambda: subscribing.refresh(manager.tenant.id))
    assert manager.look(later + timedelta(days=8)) == "read_only"
    stripe.in_portal(address, "card", "4242424242424242")
    stripe.advance(days=4)
    handed()
    assert manager.account().stripe_status == "active"
    assert manager.account().stage == "good"


def test_cancelling_waits_for_the_end_of_the_period_and_can_be_taken_back(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    subscribe(manager, stripe)
    handed()
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    stripe.in_portal(admin.post("/admin/billing/portal").headers["Location"], "cancel")
    handed()
    assert "Subskrypcja kończy się" in inspect(admin.get("/admin/billing"))
    assert admin.post("/admin/billing/resume").status_code == 303
    assert not manager.account().cancels
    assert stripe.every("subscription")[0]["cancel_at_period_end"] is False


def test_stripe_hears_of_new_units_once(stripe: Any, manager: Manager, handed: Callable[..., list[int]]) -> None:
    subscribe(manager, stripe)
    handed()
    assert manager.unbound(lambda: subscribing.tell_units(manager.tenant.id, 700)) is True
    assert manager.unbound(lambda: subscribing.tell_units(manager.tenant.id, 700)) is False
    subscription = stripe.every("subscription")[0]
    assert subscription["items"]["data"][0]["quantity"] == 700
    assert manager.account().quantity == 700


def test_a_trial_is_carried_into_the_subscription(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    from app.billing.commands import start_trial

    until = manager.unbound(lambda: start_trial(manager.tenant.id))
    subscribe(manager, stripe)
    handed()
    found = manager.account()
    assert found.stripe_status == "trialing" and found.trial_until is not None
    assert abs((found.trial_until - until).days) <= 1
    assert stripe.every("invoice", status="open") == []


def test_an_event_of_an_unknown_or_deleted_manager_is_nobodys(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]], settings: Any
) -> None:
    from tenants import provisioning

    subscribe(manager, stripe)
    provisioning.remove(settings.database_url, manager.slug)
    assert set(handed()) == {200}
    left = "SELECT count(*) FROM platform.stripe_events WHERE state = 'failed'"
    assert manager.unbound(lambda: platform(left)) == [0]


def test_without_a_key_nothing_leads_to_stripe(manager: Manager, flask_command: Callable[..., Any]) -> None:
    admin = manager.browser("admin")
    admin.get("/admin/billing/buyer")
    assert admin.post("/admin/billing/checkout", **CHOICE).status_code == 404
    done = flask_command("billing", "sync")
    assert done.returncode == 1 and "billing is off" in done.stderr
