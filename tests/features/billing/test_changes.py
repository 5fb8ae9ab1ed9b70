"""A live subscription gets another plan or interval, is ended, taken up again, and what follows its end."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.billing import commands, jobs, subscribing
from app.core.clock import now, today
from app.gateways.payments.client import stripe as official
from tenants.db import PLATFORM, db
from tests.features.billing.conftest import Manager, platform, subscribe
from tests.pages import inspect
from worker import entry

FULL = {"plan": "full", "plan_interval": "month"}
YEAR = {"plan": "basic", "plan_interval": "year"}
NIP = {"buyer_name": "SM Słoneczna", "nip": "1234563218", "buyer_street": "Polna 1", "buyer_city": "30-001 Kraków"}


@pytest.fixture
def admin(stripe: Any, manager: Manager, handed: Callable[..., list[int]]) -> Any:
    """The administrator of a manager that has subscribed to the basic plan by the month."""
    subscribe(manager, stripe)
    handed()
    browser = manager.browser("admin")
    inspect(browser.get("/admin/billing"))
    return browser


def _asked(choice: dict[str, str]) -> str:
    return f"/admin/billing/plan?plan={choice['plan']}&plan_interval={choice['plan_interval']}"


def _item(stripe: Any) -> Any:
    return stripe.every("subscription")[0]["items"]["data"][0]


def _acts(manager: Manager, action: str) -> int:
    """How often something stands in the manager's own log."""
    query = text("SELECT count(*) FROM audit_entries WHERE action = :action")
    return int(manager.within(lambda: db.session.scalar(query, {"action": action})))


def test_another_plan_is_shown_with_its_price_and_bought_after_a_yes(
    stripe: Any, manager: Manager, admin: Any, handed: Callable[..., list[int]]
) -> None:
    shown = inspect(admin.get(_asked(FULL)))
    assert "84,87\u00a0zł" in shown and "47,97\u00a0zł" in shown
    assert "dopłacisz 36,90\u00a0zł" in shown, "the difference for the rest of the month, with VAT"
    assert _item(stripe)["price"]["lookup_key"].startswith("osiedle_basic_month"), "looking changes nothing"
    assert admin.post("/admin/billing/plan", **FULL).status_code == 303
    assert "Zmieniono plan" in inspect(admin.get("/admin/billing"))
    assert (manager.account().plan, manager.account().plan_interval) == ("full", "month")
    assert _item(stripe)["price"]["lookup_key"].startswith("osiedle_full_month")
    stripe.advance(days=32)
    handed()
    totals = [one["total"] for one in stripe.every("invoice")]
    assert totals == [4797, 8487 + 3690]
    assert _acts(manager, "billing.plan_changed") == 1


def test_another_interval_begins_a_period_and_draws_an_invoice_at_once(
    stripe: Any, manager: Manager, admin: Any, handed: Callable[..., list[int]]
) -> None:
    shown = inspect(admin.get(_asked(YEAR)))
    assert "pobierzemy dziś 431,73\u00a0zł" in shown, "a year without the month that is paid for"
    assert admin.post("/admin/billing/plan", **YEAR).status_code == 303
    handed()
    found = manager.account()
    assert found.plan_interval == "year" and found.period_end is not None
    assert found.period_end > today() + timedelta(days=360)
    assert [one["total"] for one in stripe.every("invoice", status="paid")] == [4797, 43173]
    back = inspect(admin.get(_asked({"plan": "basic", "plan_interval": "month"})))
    assert "odliczymy to od następnych faktur" in back
    assert admin.post("/admin/billing/plan", plan="basic", plan_interval="month").status_code == 303
    assert manager.account().plan_interval == "month"
    assert stripe.every("customer", description=manager.slug)[0]["balance"] < -40_000


def test_pressed_many_times_at_once_it_is_one_change(stripe: Any, manager: Manager, admin: Any) -> None:
    browsers = [manager.browser("admin") for _ in range(4)]
    for browser in browsers:
        browser.get("/admin/billing")
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda one: one.post("/admin/billing/plan", **FULL), browsers))
    assert manager.account().plan == "full"
    assert len(stripe.every("subscription")[0]["_waiting"]) == 2, "one settlement of the rest of the month"
    assert "już obowiązują" in inspect(_after(admin, FULL))


def _after(admin: Any, choice: dict[str, str]) -> Any:
    admin.post("/admin/billing/plan", **choice)
    return admin.get("/admin/billing")


def test_a_lost_answer_is_asked_for_again_with_the_same_key(stripe: Any, manager: Manager, admin: Any) -> None:
    for _ in range(2):
        stripe.faults.once("POST /v1/subscriptions/", "lost")
    assert "nie wiemy, czy zmiana się udała" in inspect(_after(admin, FULL))
    assert "Zmieniono plan" in inspect(_after(admin, FULL))
    keys = {one[3] for one in stripe.asked if one[0] == "POST" and one[1].startswith("/v1/subscriptions/")}
    assert len(keys) == 1
    assert len(stripe.every("subscription")[0]["_waiting"]) == 2
    assert _acts(manager, "billing.plan_changed") == 1


def test_without_an_answer_the_page_works_and_says_so(stripe: Any, manager: Manager, admin: Any) -> None:
    for _ in range(2):
        stripe.faults.once("/v1/invoices/create_preview", "500")
    shown = inspect(admin.get(_asked(FULL)))
    assert "Stripe teraz nie odpowiada" in shown and "84,87\u00a0zł" in shown
    assert 'action="/admin/billing/plan"' not in shown
    assert 'action="/admin/billing/plan"' in inspect(admin.get(_asked(FULL)))


@pytest.mark.parametrize(
    "choice", [{}, {"plan": "gold", "plan_interval": "month"}, {"plan": "full", "plan_interval": "x" * 10_000}]
)
def test_what_is_no_plan_changes_nothing(stripe: Any, manager: Manager, admin: Any, choice: dict[str, str]) -> None:
    assert admin.post("/admin/billing/plan", **choice).status_code == 303
    assert "Wybierz plan i okres" in inspect(admin.get("/admin/billing"))
    assert admin.get("/admin/billing/plan?plan=%00&plan_interval=month").status_code in (303, 400)
    assert manager.account().plan == "basic"


def test_only_a_live_and_paid_subscription_is_changed_and_only_by_administrators(
    stripe: Any, manager: Manager, admin: Any, console: Any, handed: Callable[..., list[int]]
) -> None:
    clerk = manager.browser("klara")
    clerk.get("/admin/mailouts/new")
    assert clerk.post("/admin/billing/plan", **FULL).status_code == 404
    assert clerk.get("/admin/billing/cancel").status_code == 404
    agreed = {**FULL, "collection": "stripe", "trial_until": ""}
    assert console.post(f"/tenants/{manager.slug}/billing", **agreed).status_code == 409
    stripe.in_portal(admin.post("/admin/billing/portal").headers["Location"], "card", "4000000000000341")
    stripe.advance(days=32)
    handed()
    assert "Najpierw opłać zaległą fakturę" in inspect(_after(admin, FULL))
    assert manager.account().plan == "basic"


def test_in_a_trial_nothing_is_settled(stripe: Any, manager: Manager, handed: Callable[..., list[int]]) -> None:
    until = manager.unbound(lambda: commands.start_trial(manager.tenant.id))
    subscribe(manager, stripe)
    handed()
    assert manager.account().trial_until == until
    browser = manager.browser("admin")
    assert "nic teraz nie zapłacisz" in inspect(browser.get(_asked(YEAR)))
    assert browser.post("/admin/billing/plan", **YEAR).status_code == 303
    assert manager.account().plan_interval == "year"
    assert stripe.every("invoice", status="open") == []


def test_ended_on_our_page_it_lasts_its_period_and_can_be_taken_up(
    stripe: Any, manager: Manager, admin: Any, handed: Callable[..., list[int]]
) -> None:
    assert "nie pobierzemy" in inspect(admin.get("/admin/billing/cancel")).lower()
    for _ in range(2):
        assert admin.post("/admin/billing/cancel").status_code == 303
    page = inspect(admin.get("/admin/billing"))
    assert "Subskrypcja kończy się" in page and "Wznów subskrypcję" in page
    assert manager.account().cancels and stripe.every("subscription")[0]["cancel_at_period_end"]
    assert "Najpierw ją wznów" in inspect(_after(admin, FULL))
    assert admin.post("/admin/billing/resume").status_code == 303
    assert admin.post("/admin/billing/cancel").status_code == 303
    assert stripe.every("subscription")[0]["cancel_at_period_end"], "also the second time"
    assert _acts(manager, "billing.stopped") == 2


def test_a_subscription_that_has_ended_has_the_consequence_of_a_trial_that_ended(
    stripe: Any, manager: Manager, admin: Any, handed: Callable[..., list[int]], run_looks: Callable[[], None]
) -> None:
    stripe.in_portal(admin.post("/admin/billing/portal").headers["Location"], "cancel")
    stripe.advance(days=32)
    handed()
    found = manager.account()
    assert found.stripe_status == "canceled" and found.ended_on is not None
    ended = found.ended_on
    assert manager.look(ended) == "good"
    assert manager.look(ended + timedelta(days=1)) == "warned"
    told = (
        "SELECT c.context ->> 'kind' FROM outbox_items JOIN outbox_causes c USING (cause) "
        "WHERE letter = 'billing_lapse'"
    )
    assert manager.within(lambda: list(db.session.execute(text(told)).scalars())) == ["subscription"]
    assert manager.look(ended + timedelta(days=21)) == "read_only"

    def long_ago() -> None:  # the days since have passed at Stripe only
        past = text("UPDATE platform.billing_accounts SET ended_on = :day WHERE tenant_id = :id")
        with db.engines[PLATFORM].begin() as connection:
            connection.execute(past, {"day": today() - timedelta(days=22), "id": manager.tenant.id})

    manager.unbound(long_ago)
    page = inspect(admin.get("/admin/billing"))
    assert "Subskrypcja skończyła się" in page and "Przejdź do płatności" in page
    subscribe(manager, stripe)
    handed()
    run_looks()
    assert (manager.account().stage, manager.fresh().standing) == ("good", "good")
    assert manager.account().ended_on is None


def test_subscribing_undoes_the_end_of_a_trial_at_once(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]], run_looks: Callable[[], None]
) -> None:
    until = manager.unbound(lambda: commands.start_trial(manager.tenant.id))
    for days in (1, 21, 45):
        manager.look(until + timedelta(days=days))
    assert manager.fresh().standing == "staff_off"
    subscribe(manager, stripe)
    handed()
    run_looks()
    assert (manager.account().stage, manager.fresh().standing) == ("good", "good")
    assert manager.look(until + timedelta(days=80)) == "good"


def test_while_stripe_is_not_heard_nobody_is_told_of_an_end_or_loses_anything(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    until = manager.unbound(lambda: commands.start_trial(manager.tenant.id))
    subscribe(manager, stripe)
    assert stripe.lose() > 0
    assert manager.account().stripe_customer is not None and manager.account().synced_at is None
    for days in (-1, 1, 30):
        assert manager.look(until + timedelta(days=days)) == "good"
    posted = "SELECT count(*) FROM outbox_items WHERE letter LIKE 'billing_%'"
    assert manager.within(lambda: db.session.scalar(text(posted))) == 0


def test_what_stripe_has_given_up_is_owed_all_the_same(
    stripe: Any, manager: Manager, admin: Any, handed: Callable[..., list[int]]
) -> None:
    stripe.in_portal(admin.post("/admin/billing/portal").headers["Location"], "card", "4000000000000341")
    stripe.advance(days=32)
    handed()
    owed = stripe.every("invoice", status="open")[0]
    with official() as api:
        api.v1.invoices.mark_uncollectible(owed["id"])
    handed()
    states = "SELECT state FROM platform.billing_invoices WHERE slug = :slug ORDER BY id"
    assert manager.unbound(lambda: platform(states, slug=manager.slug)) == ["paid", "uncollectible"]
    assert manager.look(today() + timedelta(days=60)) == "warned"
    assert owed["hosted_invoice_url"] in inspect(admin.get("/admin/billing")), "it can still be paid"
    with official() as api:
        api.v1.invoices.pay(owed["id"], params={"paid_out_of_band": True})
    handed()
    assert manager.account().stage == "good"


def test_the_tax_number_stands_on_invoices_and_a_new_one_reaches_stripe(
    stripe: Any, manager: Manager, handed: Callable[..., list[int]]
) -> None:
    browser = manager.browser("admin")
    browser.get("/admin/billing/buyer")
    assert browser.post("/admin/billing/buyer", **NIP).status_code == 303
    subscribe(manager, stripe)
    handed()
    assert stripe.every("invoice")[0]["customer_tax_ids"] == [{"type": "eu_vat", "value": "PL1234563218"}]
    assert browser.post("/admin/billing/buyer", **NIP | {"nip": "5260250274"}).status_code == 303
    due = "SELECT id FROM jobs WHERE state = 'waiting' AND name = 'billing.buyer'"
    for row in manager.within(lambda: list(db.session.execute(text(due)).scalars())):
        manager.unbound(lambda number=row: entry.run(manager.tenant.id, number))
    assert [one["value"] for one in stripe.every("tax_id")] == ["PL5260250274"]
    stripe.advance(days=32)
    handed()
    kept = "SELECT nip FROM platform.billing_invoices WHERE slug = :slug ORDER BY id"
    assert manager.unbound(lambda: platform(kept, slug=manager.slug)) == ["1234563218", "5260250274"]
    assert stripe.every("customer", description=manager.slug)[0]["address"]["line1"] == "Polna 1"


def test_the_night_leaves_a_subscription_that_lives_alone(
    stripe: Any, manager: Manager, admin: Any, handed: Callable[..., list[int]]
) -> None:
    manager.unbound(jobs.night)
    assert manager.look(today() + timedelta(days=20)) == "good"
    assert manager.unbound(lambda: subscribing.refresh(manager.tenant.id)) == {}
    assert manager.account().synced_at is not None and manager.account().synced_at <= now()
