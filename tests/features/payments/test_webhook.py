"""`POST /stripe/webhook`: genuine, fresh, each once, in any order, and again after what failed."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.core.actor import system
from app.core.clock import now
from app.core.errors import NotThere, TryLater
from app.gateways.payments.client import stripe
from app.gateways.payments.events import Event, signature
from app.stripe_events import commands, handing
from config.settings import libpq_url
from tenants.db import PLATFORM, db
from tests.stripe_double import Double
from worker import entry

SECRET = "whsec_double"
Posts = Callable[[bytes, str], int]


@pytest.fixture
def heard(app: Any, idle: None) -> Iterator[list[Event]]:
    """Events of `test_helpers.…` that were handed over; an exception in `plan` is raised once each instead."""
    told: list[Event] = []

    def listen(event: Event) -> None:
        if plan:
            raise plan.pop()
        told.append(event)

    plan: list[Exception] = []
    told_plan[:] = [plan]
    before = dict(handing._handlers)
    handing.on_event("test_helpers.", listen)
    yield told
    handing._handlers.clear()
    handing._handlers.update(before)


told_plan: list[list[Exception]] = []


def fails_with(error: Exception) -> None:
    told_plan[0].append(error)


def row(app: Any, event: dict[str, Any]) -> Any:
    with app.app_context(), db.engines[PLATFORM].connect() as connection:
        statement = text("SELECT * FROM platform.stripe_events WHERE event_id = :id")
        return connection.execute(statement, {"id": event["id"]}).one_or_none()


def work_off(app: Any) -> None:
    """What the platform's jobs wait with is done, as by a worker."""
    with app.app_context():
        with db.engines[PLATFORM].connect() as connection:
            statement = text("SELECT id FROM platform.jobs WHERE state = 'waiting' AND name = :name ORDER BY id")
            found = connection.execute(statement, {"name": commands.JOB}).scalars().all()
        for job in found:
            entry.run(None, job)


def about(double: Double, word: str = "made") -> dict[str, Any]:
    """An event of the one thing that this double knows."""
    subject = f"th_{id(double)}_{double.url[-5:]}"
    return double.happen(f"test_helpers.thing.{word}", {"id": subject, "object": "thing"})


def test_a_signed_event_is_kept_and_handed_over(
    app: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event]
) -> None:
    event = about(stripe_double)
    assert stripe_double.deliver(stripe_posts) == [200]
    assert heard == []
    work_off(app)
    assert [(one.id, one.object_kind, one.object_id, one.account) for one in heard] == [
        (event["id"], "thing", event["data"]["object"]["id"], None)
    ]
    assert row(app, event).state == "done"


def test_what_stripe_has_not_signed_is_refused(
    app: Any, stripe_double: Double, client: Any, heard: list[Event]
) -> None:
    event = about(stripe_double)
    payload, good = stripe_double.signed(event)
    moment, _, mark = good.partition(",v1=")
    late, early = now() - timedelta(seconds=301), now() + timedelta(seconds=302)
    forged = {
        "none": None,
        "empty": "",
        "words": "t=now,v1=yes",
        "of another secret": signature(payload, "whsec_other", at=now()),
        "of a version that proves nothing": f"{moment},v0={mark}",
        "of another body": signature(payload + b" ", SECRET, at=now()),
        "too old": signature(payload, SECRET, at=late),
        "of the future": signature(payload, SECRET, at=early),
        "time moved": f"t={int(now().timestamp()) + 1},v1={mark}",
        "two times": f"{moment},{good}",
        "letters": f"{moment},v1=zażółć",
        "many": f"{moment}," + ",".join("v1=00" for _ in range(5000)),
    }
    for name, header in forged.items():
        headers = {} if header is None else {"Stripe-Signature": header.encode().decode("latin-1")}
        assert client("console").post("/stripe/webhook", data=payload, headers=headers).status_code == 400, name
    assert row(app, event) is None


def test_one_changed_byte_is_refused(app: Any, stripe_double: Double, stripe_posts: Posts) -> None:
    payload, header = stripe_double.signed(about(stripe_double))
    for place in random.Random(7).sample(range(len(payload)), 20):
        changed = payload[:place] + bytes([payload[place] ^ 1]) + payload[place + 1 :]
        assert stripe_posts(changed, header) == 400


def test_while_a_secret_is_rotated_both_count(
    app: Any, settings: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event]
) -> None:
    from dataclasses import replace

    from app.core import runtime

    old = stripe_double.signed(about(stripe_double))
    new_secret = stripe_double.fresh_secret()
    new = stripe_double.signed(about(stripe_double), secret=new_secret)
    assert stripe_posts(*new) == 400
    runtime.install(replace(runtime.settings(), stripe_webhook_secret=f"{new_secret}, {SECRET}"))
    assert [stripe_posts(*old), stripe_posts(*new)] == [200, 200]
    payload, header = old
    assert stripe_posts(payload, f"{header},v1=00ff") == 200


@pytest.mark.parametrize(
    "payload",
    [b"", b"null", b"[]", b"{", b'{"object":"event"}', b"\xff", b'{"object":"event","id":7,"type":"x","created":0}',
     json.dumps({"object": "event", "id": "evt_1", "type": "a\0b", "created": 1, "data": {"object": {"object": "x"}}})
     .encode(), b"[" * 100_000,
     json.dumps({"object": "event", "id": "e" * 300, "type": "a", "created": 1, "data": {"object": {"object": "x"}}})
     .encode(),
     json.dumps({"object": "event", "id": "e", "type": "a", "created": 10**30, "data": {"object": {"object": "x"}}})
     .encode()],
)  # fmt: skip
def test_what_is_signed_but_no_event_is_refused(stripe_double: Double, stripe_posts: Posts, payload: bytes) -> None:
    assert stripe_posts(payload, signature(payload, SECRET, at=now())) == 400


def test_too_much_is_refused(stripe_double: Double, stripe_posts: Posts) -> None:
    payload = b'{"x":"' + b"a" * (5 * 1024 * 1024) + b'"}'
    assert stripe_posts(payload, signature(payload, SECRET, at=now())) == 413


def test_without_a_secret_nothing_is_taken(app: Any, client: Any) -> None:
    payload = b'{"object":"event"}'
    for secret in ("", ",", "None"):
        header = signature(payload, secret, at=now())
        answer = client("console").post("/stripe/webhook", data=payload, headers={"Stripe-Signature": header})
        assert answer.status_code == 400


def test_it_is_there_on_the_console_alone_and_only_to_be_posted_to(
    client: Any, town: Any, stripe_double: Double
) -> None:
    payload, header = stripe_double.signed(about(stripe_double))
    headers = {"Stripe-Signature": header}
    assert client("console").get("/stripe/webhook").status_code == 405
    for site in ("alfa", ""):
        browser = client(site)
        browser.set_cookie("osiedle", "x" * 40, domain=f"{site}.osiedle.test".lstrip("."))
        assert browser.post("/stripe/webhook", data=payload, headers=headers).status_code in (404, 405)
        assert browser.get("/stripe/webhook", headers=headers).status_code in (404, 405)


def test_text_is_taken_as_well_and_a_cookie_means_nothing(
    client: Any, stripe_double: Double, heard: list[Event]
) -> None:
    payload, header = stripe_double.signed(about(stripe_double))
    browser = client("console")
    browser.set_cookie("osiedle", "x" * 40, domain="console.osiedle.test")
    headers = {"Stripe-Signature": header, "Content-Type": "text/plain"}
    assert browser.post("/stripe/webhook", data=payload, headers=headers).status_code == 200


def test_twenty_times_at_once_and_again_later_is_once(
    app: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event]
) -> None:
    event = about(stripe_double)
    signed = stripe_double.signed(event)
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _number: stripe_posts(*signed), range(20))) == {200}
    work_off(app)
    assert stripe_posts(*stripe_double.signed(event)) == 200
    work_off(app)
    assert len(heard) == 1
    assert row(app, event).deliveries == 21


def test_events_of_one_thing_are_handed_over_in_their_order_however_they_come(
    app: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event]
) -> None:
    for number, word in enumerate(("made", "changed", "gone")):
        stripe_double.world.offset = number
        about(stripe_double, word)
    stripe_double.deliver(stripe_posts, order=reversed, times=2)
    work_off(app)
    assert [one.type.rpartition(".")[2] for one in heard] == ["made", "changed", "gone"]


def test_what_nobody_asked_for_is_noted_and_let_be(app: Any, stripe_double: Double, stripe_posts: Posts) -> None:
    event = stripe_double.happen("radar.early_fraud_warning.created", {"id": "issfr_1", "object": "warning"})
    assert stripe_double.deliver(stripe_posts) == [200]
    assert (row(app, event).state, row(app, event).attempts) == ("ignored", 0)


def test_real_money_is_no_business_of_a_test_key(app: Any, stripe_double: Double, stripe_posts: Posts) -> None:
    event = about(stripe_double) | {"livemode": True}
    assert stripe_posts(*stripe_double.signed(event)) == 200
    assert row(app, event) is None


def test_a_feature_that_is_busy_is_asked_again(
    app: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event]
) -> None:
    event = about(stripe_double)
    fails_with(TryLater("busy", 0))
    stripe_double.deliver(stripe_posts)
    work_off(app)
    assert (row(app, event).state, row(app, event).error, heard) == ("waiting", "busy", [])
    work_off(app)
    assert (row(app, event).state, len(heard)) == ("done", 1)


def test_a_mistake_of_ours_fails_one_event_and_an_operator_has_it_done_again(
    app: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event], context: Any
) -> None:
    broken, sound = about(stripe_double), about(stripe_double, "changed")
    fails_with(ZeroDivisionError("division"))
    stripe_double.deliver(stripe_posts)
    work_off(app)
    assert row(app, broken).state == "failed"
    assert "ZeroDivisionError" in row(app, broken).error
    assert row(app, sound).state == "done"
    with pytest.raises(NotThere):
        commands.retry(system("tests"), sound["id"])
    commands.retry(system("tests"), broken["id"])
    db.session.commit()
    work_off(app)
    assert [one.id for one in heard] == [sound["id"], broken["id"]]
    assert row(app, broken).state == "done"


def test_while_the_database_is_away_stripe_is_told_to_try_again(
    app: Any, settings: Any, stripe_double: Double, stripe_posts: Posts, heard: list[Event]
) -> None:
    event = about(stripe_double)
    signed = stripe_double.signed(event)
    with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as owner:
        owner.execute("ALTER ROLE osiedle_platform NOLOGIN")
        try:
            owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'osiedle_platform'")
            assert stripe_posts(*signed) == 503
        finally:
            owner.execute("ALTER ROLE osiedle_platform LOGIN")
    assert row(app, event) is None
    assert stripe_posts(*signed) == 200
    work_off(app)
    assert len(heard) == 1


def test_customers_and_accounts_that_are_not_ours_harm_nothing(
    app: Any, stripe_double: Double, stripe_posts: Posts, idle: None, context: Any
) -> None:
    """As those of a manager that was deleted, or of another installation with the same Stripe account."""
    with stripe() as api:
        product = api.v1.products.create(params={"name": "Other"})
        recurring: Any = {"interval": "month"}
        price = api.v1.prices.create(
            params={"product": product.id, "currency": "pln", "unit_amount": 500, "recurring": recurring}
        )
        whose = {"tenant": "987654"}
        customer = api.v1.customers.create(params={"name": "Other", "metadata": whose})
        page = api.v1.checkout.sessions.create(
            params={
                "mode": "subscription", "customer": customer.id, "success_url": "http://a.test/",
                "line_items": [{"price": price.id, "quantity": 1}], "subscription_data": {"metadata": whose},
            }
        )  # fmt: skip
        stripe_double.pay(page.id)
        account = api.v1.accounts.create(params={"type": "standard"}).id
        stripe_double.onboard(account)
        api.v1.customers.delete(customer.id)
    stripe_double.disconnect(account)
    assert set(stripe_double.deliver(stripe_posts, order=reversed)) == {200}
    work_off(app)
    with db.engines[PLATFORM].connect() as connection:
        statement = text("SELECT type, state, error FROM platform.stripe_events WHERE event_id = ANY(:ids)")
        ids = [event["id"] for event in stripe_double.world.events]
        found = connection.execute(statement, {"ids": ids}).all()
    assert len(found) == len(ids) > 8
    assert {one.state for one in found} <= {"done", "ignored"}, found


def test_nothing_of_whom_an_event_speaks_is_kept(app: Any, stripe_double: Double, stripe_posts: Posts) -> None:
    about_whom = {"id": "cus_1", "object": "customer", "name": "Łucja Wyjątkowa", "email": "lucja@example.pl"}
    event = stripe_double.happen("test_helpers.customer.made", about_whom)
    stripe_double.deliver(stripe_posts)
    assert "Łucja" not in str(row(app, event))
    assert "lucja" not in str(row(app, event))
