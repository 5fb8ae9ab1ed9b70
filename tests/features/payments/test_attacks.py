"""What comes to the webhook twenty times, days later, after a restore, half done or with somebody else's name on it:
real subscriptions and payments, and each has its effect once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.billing import subscribing
from app.core import runtime, work
from app.core.actor import system
from app.gateways.payments.client import stripe
from app.onboarding.commands import delete_manager, export_manager, restore_manager
from app.operators import commands as operators
from app.stripe_events import commands, webhook
from tenants.db import PLATFORM, db
from tests.features.billing.conftest import PASSWORD, Manager
from tests.features.paying.street import Street
from tests.features.statements import banks
from tests.features.statements.doing import hand_over
from tests.worker.conftest import ended, process
from worker import entry

Posts = Callable[[bytes, str], int]
CHOICE = {"plan": "basic", "plan_interval": "month"}
pytestmark = pytest.mark.usefixtures("idle")


@pytest.fixture
def street(app: Any, tenant: Any, tmp_path: Path, stripe_double: Any) -> Street:
    made = Street(app, tenant, tmp_path, stripe_double)
    made.open_for_payments()
    return made


@pytest.fixture
def managers(app: Any, new_tenant: Callable[..., Any], stripe_double: Any) -> tuple[Manager, Manager]:
    """A, whose subscription lives and was not heard of yet, and B, who has none."""
    first, second = (Manager(app, new_tenant(post=False, admin_password=PASSWORD)) for _n in range(2))
    first.unbound(lambda: subscribing.sync(system("tests")))
    admin = first.browser("admin")
    admin.get("/admin/billing")
    assert stripe_double.pay(admin.post("/admin/billing/checkout", **CHOICE).headers["Location"])
    return first, second


def paid(street: Street, double: Any) -> tuple[str, list[Any]]:
    """A payment of 450 zł, paid and not heard of, and its events."""
    browser = street.enter()
    payment = street.intend(browser)
    assert double.pay(street.go(browser, payment), "card")
    events = [event for event in double.waiting() if event["type"] == "checkout.session.completed"]
    double.lose()
    return payment, events


def platform(app: Any, statement: str, **values: Any) -> list[Any]:
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []


def work_off(app: Any, *, workers: int = 1) -> None:
    """Hand over what waits; each row is begun by so many workers at the same moment."""
    due = "SELECT id FROM platform.jobs WHERE state IN ('waiting', 'running') AND name = :name ORDER BY id"
    rows = [row.id for row in platform(app, due, name=commands.JOB) for _worker in range(workers)]

    def run(row: int) -> None:
        with app.app_context():
            entry.run(None, row)

    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, rows))


def states(app: Any, ids: list[str]) -> set[str]:
    found = platform(app, "SELECT state FROM platform.stripe_events WHERE event_id = ANY(:ids)", ids=ids)
    return {row.state for row in found}


ONE = [("L1", 45000, "online", "pending", None)]


def test_one_payment_told_twenty_times_at_once_and_after_three_days_is_one_credit(
    app: Any, street: Street, stripe_double: Any, stripe_posts: Posts
) -> None:
    payment, (event,) = paid(street, stripe_double)
    signed = stripe_double.signed(event)
    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda _n: stripe_posts(*signed), range(20))) == [200] * 20
    work_off(app, workers=4)
    street.work()
    assert (street.payment(payment), street.credits()) == ("paid", ONE)
    moved = "UPDATE platform.stripe_events SET received_at = received_at - interval '3 days' WHERE event_id = :id"
    platform(app, moved, id=event["id"])
    assert stripe_posts(*stripe_double.signed(event)) == 200
    work_off(app)
    street.work(late=True)
    assert street.credits() == ONE
    counted = "SELECT count(*) AS n, max(deliveries) AS times FROM platform.stripe_events WHERE object_id = :id"
    assert platform(app, counted, id=event["data"]["object"]["id"]) == [(1, 21)]


def test_a_platform_that_was_restored_to_before_the_event_credits_once(
    app: Any, street: Street, stripe_double: Any, stripe_posts: Posts
) -> None:
    """The note of the event is gone, its effect is not; and the other way round."""
    payment, (event,) = paid(street, stripe_double)
    for forgotten in (
        lambda: None,
        lambda: platform(app, "DELETE FROM platform.stripe_events WHERE event_id = :id", id=event["id"]),
    ):
        forgotten()
        assert stripe_posts(*stripe_double.signed(event)) == 200
        work_off(app)
        street.work()
        assert (street.payment(payment), street.credits()) == ("paid", ONE)


def test_after_a_restore_the_event_finds_the_manager_it_was_for_or_nobody(
    app: Any, street: Street, stripe_double: Any, stripe_posts: Posts, tmp_path: Path, leaving: Any
) -> None:
    payment, (event,) = paid(street, stripe_double)
    slug = street.tenant.slug
    with app.app_context():
        export_manager(system("tests"), slug, tmp_path / "before.zip")
        work.commit()
    assert stripe_posts(*stripe_double.signed(event)) == 200
    work_off(app)
    street.work()
    with app.app_context():
        copy, _outcomes = restore_manager(system("tests"), tmp_path / "before.zip", f"{slug}b")
        work.commit()
    leaving.add([copy])
    beside = Street(app, copy, tmp_path, stripe_double)
    again = stripe_double.happen("checkout.session.completed", event["data"]["object"], street.account)
    assert stripe_posts(*stripe_double.signed(event)) == stripe_posts(*stripe_double.signed(again)) == 200
    work_off(app)
    for place in (street, beside):
        place.work(late=True)
    assert street.credits() == ONE
    assert beside.credits() == [], "whoever restored a copy is paid nothing"
    assert beside.payment(payment) == "created"
    assert states(app, [event["id"], again["id"]]) == {"done"}


def test_whatever_is_told_last_what_stripe_says_now_counts(
    app: Any, managers: tuple[Manager, Manager], stripe_double: Any, stripe_posts: Posts
) -> None:
    """Deleted before updated, paid before created."""
    manager, _other = managers
    with stripe() as api:
        api.v1.subscriptions.cancel(stripe_double.every("subscription")[0]["id"])
    stripe_double.deliver(stripe_posts, order=reversed)
    work_off(app)
    assert manager.account().stripe_status == "canceled"
    stripe_double.happen("customer.subscription.updated", stripe_double.every("subscription")[0] | {"status": "active"})
    stripe_double.deliver(stripe_posts)
    work_off(app)
    assert manager.account().stripe_status == "canceled"
    invoices = "SELECT state FROM platform.billing_invoices WHERE tenant_id = :id"
    assert [row.state for row in platform(app, invoices, id=manager.tenant.id)] == ["paid"]


def test_killed_after_the_event_was_kept_and_before_the_answer_it_counts_once(
    app: Any, street: Street, stripe_double: Any, stripe_posts: Posts, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment, (event,) = paid(street, stripe_double)
    signed = stripe_double.signed(event)
    with monkeypatch.context() as patched:
        patched.setattr(webhook, "_said", lambda *_words: os.kill(os.getpid(), signal.SIGKILL))
        with process(app, lambda: stripe_posts(*signed)) as pid:
            assert ended(pid, 30) == signal.SIGKILL
    assert states(app, [event["id"]]) == {"waiting"}
    assert stripe_posts(*signed) == 200, "Stripe tries again"
    work_off(app)
    street.work()
    assert (street.payment(payment), street.credits()) == ("paid", ONE)


@pytest.mark.parametrize("where", ["subscribing.refresh", "commands.settle"])
def test_a_worker_killed_after_the_effect_does_it_again_and_it_is_one(
    app: Any, managers: tuple[Manager, Manager], stripe_double: Any, stripe_posts: Posts,
    monkeypatch: pytest.MonkeyPatch, where: str,
) -> None:  # fmt: skip
    """The effect is written, the note that it is done is not: the lease runs out, and another worker takes over."""
    manager, _other = managers
    assert set(stripe_double.deliver(stripe_posts)) == {200}
    module = {"subscribing.refresh": subscribing, "commands.settle": commands}[where]
    name = where.rpartition(".")[2]
    before = getattr(module, name)

    def dies(*values: Any) -> None:
        before(*values)
        if where.startswith("subscribing"):
            work.commit()
        os.kill(os.getpid(), signal.SIGKILL)

    with monkeypatch.context() as patched:
        patched.setattr(module, name, dies)
        with process(app, lambda: work_off(app)) as pid:
            assert ended(pid, 30) == signal.SIGKILL
    assert states(app, [event["id"] for event in stripe_double.world.events]) >= {"waiting"}
    platform(app, "UPDATE platform.jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'")
    work_off(app)
    assert "waiting" not in states(app, [event["id"] for event in stripe_double.world.events])
    assert manager.account().stripe_status == "active"
    invoices = "SELECT count(*) AS n FROM platform.billing_invoices WHERE tenant_id = :id"
    assert platform(app, invoices, id=manager.tenant.id) == [(1,)]


def test_metadata_that_names_another_manager_moves_nothing_there(
    app: Any, managers: tuple[Manager, Manager], stripe_double: Any, stripe_posts: Posts
) -> None:
    first, second = managers
    lies: Any = {"slug": second.slug, "tenant": str(second.tenant.id), "tenant_id": str(second.tenant.id)}
    customer = stripe_double.every("customer", description=first.slug)[0]["id"]
    with stripe() as api:
        api.v1.customers.update(customer, params={"metadata": lies, "description": second.slug})
        api.v1.subscriptions.update(stripe_double.every("subscription")[0]["id"], params={"metadata": lies})
    stripe_double.deliver(stripe_posts)
    work_off(app)
    assert first.account().stripe_status == "active"
    assert (second.account().stripe_status, second.account().stripe_customer) == (None, None)
    assert platform(app, "SELECT 1 FROM platform.billing_invoices WHERE tenant_id = :id", id=second.tenant.id) == []


def test_the_other_mode_is_answered_and_forgotten_whichever_way_round(
    app: Any, stripe_double: Any, stripe_posts: Posts
) -> None:
    event = stripe_double.happen("invoice.paid", {"id": "in_other", "object": "invoice"})
    runtime.install(replace(runtime.settings(), stripe_api_key="sk_live_of_somebody"))
    assert stripe_posts(*stripe_double.signed(event)) == 200
    assert states(app, [event["id"]]) == set()
    assert stripe_posts(*stripe_double.signed(event | {"livemode": True})) == 200
    assert states(app, [event["id"]]) == {"waiting"}


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 200),
        ("", 200),
        ("application/x-www-form-urlencoded", 400),
        ("multipart/form-data; boundary=x", 400),
    ],
)
def test_text_is_an_event_too_and_a_form_is_none(
    app: Any, client: Any, stripe_double: Any, kind: str, status: int
) -> None:
    event = stripe_double.happen("radar.thing", {"id": "x", "object": "thing"})
    payload, header = stripe_double.signed(event)
    headers = {"Stripe-Signature": header} | ({"Content-Type": kind} if kind else {})
    assert client("console").post("/stripe/webhook", data=payload, headers=headers).status_code == status
    assert states(app, [event["id"]]) == ({"ignored"} if status == 200 else set())


def test_who_is_suspended_is_heard_of_and_told_to_nobody_else(
    app: Any, managers: tuple[Manager, Manager], street: Street, stripe_double: Any, stripe_posts: Posts
) -> None:
    """Billing goes on at once; a resident's payment waits for the manager to come back, and is not lost."""
    manager, _other = managers
    payment, (event,) = paid(street, stripe_double)
    with app.app_context():
        for slug in (manager.slug, street.tenant.slug):
            operators.suspend(system("tests"), slug, "nie płaci")
        work.commit()
    stripe_double.happen("customer.subscription.updated", stripe_double.every("subscription")[0])
    assert set(stripe_double.deliver(stripe_posts)) == {200}
    assert stripe_posts(*stripe_double.signed(event)) == 200
    work_off(app)
    assert states(app, [event["id"]]) == {"done"}
    assert manager.account().stripe_status == "active"
    with app.app_context():
        operators.resume(system("tests"), street.tenant.slug, "zapłacił")
        work.commit()
    street.work()
    assert (street.payment(payment), street.credits()) == ("paid", ONE)


def test_events_of_a_manager_that_is_gone_are_answered(
    app: Any, street: Street, stripe_double: Any, stripe_posts: Posts
) -> None:
    _payment, (event,) = paid(street, stripe_double)
    with app.app_context():
        operators.suspend(system("tests"), street.tenant.slug, "odchodzi")
        work.commit()
        delete_manager(system("tests"), street.tenant.slug, street.tenant.slug)
        work.commit()
    assert stripe_posts(*stripe_double.signed(event)) == 200
    work_off(app)
    assert states(app, [event["id"]]) == {"done"}


def test_a_card_payment_that_a_bank_file_names_too_is_one_credit_whichever_is_first(
    app: Any, street: Street, stripe_double: Any, stripe_posts: Posts
) -> None:
    payment, (event,) = paid(street, stripe_double)
    reference = street.payment(payment, "reference")
    file = banks.pko([banks.Move(45_000, title=f"Wpłata {reference} lokal L1")])

    def told() -> None:
        assert stripe_posts(*stripe_double.signed(event)) == 200
        work_off(app)
        street.work()

    report = hand_over(app, street.tenant, file)
    assert report["bookings"]["credited"] == 1, report
    told()
    counted = [(unit, amount) for unit, amount, _source, _state, _entry in street.credits()]
    assert counted == [("L1", 45_000)]
    hand_over(app, street.tenant, file)
    told()
    counted = [(unit, amount) for unit, amount, _source, _state, _entry in street.credits()]
    assert counted == [("L1", 45_000)]


def test_our_own_time_out_and_its_second_try_carry_one_key(
    app: Any, new_tenant: Callable[..., Any], stripe_double: Any, stripe_posts: Posts
) -> None:
    """The key is in the table before Stripe hears of it, so whoever is killed asks again with the same."""
    manager = Manager(app, new_tenant(post=False, admin_password=PASSWORD))
    manager.unbound(lambda: subscribing.sync(system("tests")))
    admin = manager.browser("admin")
    admin.get("/admin/billing")
    stripe_double.faults.once("POST /v1/checkout/sessions", "lost", times=2)
    assert admin.post("/admin/billing/checkout", **CHOICE).headers["Location"] == "/admin/billing"
    admin.get("/admin/billing")
    address = admin.post("/admin/billing/checkout", **CHOICE).headers["Location"]
    assert stripe_double.pay(address)
    keys = [key for method, path, _account, key in stripe_double.asked
            if (method, path) == ("POST", "/v1/checkout/sessions")]  # fmt: skip
    assert len(keys) == 3 and len(set(keys)) == 1
    kept = platform(app, "SELECT key FROM platform.billing_intents WHERE tenant_id = :id", id=manager.tenant.id)
    assert keys[0] in [row.key for row in kept]
    assert len(stripe_double.every("subscription")) == 1
