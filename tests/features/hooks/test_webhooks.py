"""Programs are told what happened: signed, again until they have it, and not for ever."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.core import work
from app.core.actor import Actor, Can
from app.core.errors import Conflict, NotThere, Refused
from app.gateways import calling
from app.hooks import commands, rules
from tenants.context import bind
from tests.features.api.asking import hand_over, package, program, token, work_off
from tests.features.api.pages import admin
from tests.features.hooks.receiver import Receiver, receiver
from tests.features.imports.doing import change, query, scalar
from tests.pages import inspect
from tests.town import PASSWORD
from tests.town import token as csrf

ACTOR = Actor(kind="system", login="tests")


@pytest.fixture
def listener() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def added(app: Any, tenant: Any, url: str, events: tuple[str, ...] = tuple(rules.EVENTS)) -> tuple[str, str]:
    with app.app_context(), bind(tenant):
        made = commands.add(ACTOR, "Program", url, events)
        work.commit()
        return made


def told(app: Any, tenant: Any, verb: Any, *words: Any) -> None:
    with app.app_context(), bind(tenant):
        verb(*words)
        work.commit()


def sent(app: Any, tenant: Any) -> None:
    """What waits is sent now, whatever it waits for."""
    change(app, tenant, "UPDATE webhook_deliveries SET run_after = now() - interval '1 second'")
    change(app, tenant, "UPDATE webhooks SET retry_at = NULL")
    change(app, tenant, "UPDATE jobs SET run_after = now() WHERE state = 'waiting'")
    work_off(app, tenant, "hooks.deliver")


def verified(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As docs/integrators.md shows it."""
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, one) for one in headers["webhook-signature"].split())


def state(app: Any, tenant: Any) -> tuple[Any, ...]:
    return tuple(query(app, tenant, "SELECT state, reason FROM webhooks")[0])


def test_a_published_import_is_told_signed(app: Any, tenant: Any, tmp_path: Path, listener: Receiver) -> None:
    _id, secret = added(app, tenant, listener.url)
    import_id = hand_over(program(app, tenant, token(app, tenant)), package(tmp_path)).get_json()["id"]
    work_off(app, tenant)
    assert listener.got == [], "nothing is called before it is published and committed"
    sent(app, tenant)
    ((headers, body),) = listener.got
    content = json.loads(body)
    assert set(content) == {"id", "type", "created", "data"} and content["type"] == "import.published"
    assert content["data"]["import"] == import_id and content["data"]["revision"] == 1
    assert content["data"]["url"].endswith(f"/api/v1/imports/{import_id}")
    assert headers["webhook-id"] == content["id"] and headers["content-type"] == "application/json"
    assert verified(secret, headers, body) and not verified(secret, headers, body + b" ")
    assert listener.paths == ["/osiedle?x=1"]
    sent(app, tenant)
    assert len(listener.got) == 1
    assert scalar(app, tenant, "SELECT state FROM webhook_deliveries") == "delivered"


def test_a_message_is_told_without_a_word_of_it(app: Any, new_tenant: Any, listener: Receiver) -> None:
    from app.accounts.commands import create_account
    from app.core.actor import Role
    from app.messages.commands import answer, write

    tenant = new_tenant()
    added(app, tenant, listener.url, ("message.received",))
    with app.app_context(), bind(tenant):
        create_account(ACTOR, "P1", [], "resident", "p1@x.example", password=PASSWORD)
        work.commit()
    who = Actor(
        kind="account", login="P1", account_id=scalar(app, tenant, "SELECT id FROM accounts WHERE login = 'P1'"),
        role=Role.RESIDENT,
    )  # fmt: skip
    with app.app_context(), bind(tenant):
        thread = write(
            who, subject="Sąsiad Kowalski", category="other", body="Hałas", unit=None, files=[], form_key="1"
        )
        work.commit()
        answer(ACTOR, thread, "Odpowiedź", [], "2")
        work.commit()
    sent(app, tenant)
    ((_headers, body),) = listener.got
    content = json.loads(body)
    assert content["type"] == "message.received" and content["data"]["conversation"] == thread
    assert content["data"]["page"].endswith(f"/admin/messages/{thread}")
    assert "Kowalski" not in body.decode() and "Hałas" not in body.decode() and "P1" not in body.decode()


def test_a_payment_is_told_once_with_its_unit(app: Any, tenant: Any, tmp_path: Path, listener: Receiver) -> None:
    from datetime import date

    from app.finances.commands.pending import Credit, credit

    hand_over(program(app, tenant, token(app, tenant)), package(tmp_path))
    work_off(app, tenant)
    added(app, tenant, listener.url, ("payment.matched",))
    money = [
        Credit("1", "L1", 12345, date(2026, 11, 20), "Wpłata Kowalski"),
        Credit("2", "NIE-MA", 1, date(2026, 11, 20)),
    ]
    told(app, tenant, credit, "bank", money)
    told(app, tenant, credit, "bank", money)
    sent(app, tenant)
    ((_headers, body),) = listener.got
    data = json.loads(body)["data"]
    assert data.pop("payment")
    assert data == {"unit": "L1", "amount": "123.45", "currency": "PLN", "paid_on": "2026-11-20", "source": "bank"}


def test_what_was_rolled_back_is_told_to_nobody(app: Any, tenant: Any, listener: Receiver) -> None:
    added(app, tenant, listener.url)
    with app.app_context(), bind(tenant):
        commands.happened("import.published", {"revision": 1})
        work.rollback()
    sent(app, tenant)
    assert listener.got == [] and scalar(app, tenant, "SELECT count(*) FROM webhook_deliveries") == 0


@pytest.mark.parametrize("status", [500, 503, 429, 404, 400, 301, 302])
def test_a_refusal_is_tried_again_with_the_same_body(app: Any, tenant: Any, listener: Receiver, status: int) -> None:
    public_id, secret = added(app, tenant, listener.url)
    listener.status = status
    listener.location = listener.url if status in (301, 302) else None
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    assert len(listener.got) == 1, "a redirect is not followed"
    waits = scalar(app, tenant, "SELECT extract(epoch FROM run_after - now())::int FROM webhook_deliveries")
    assert 0 < waits <= 30
    listener.status, listener.location = 204, None
    sent(app, tenant)
    first, second = listener.got
    assert first[1] == second[1] and first[0]["webhook-id"] == second[0]["webhook-id"]
    assert verified(secret, *second)
    tries = query(app, tenant, "SELECT status, problem FROM webhook_attempts ORDER BY id")
    assert tries == [(status, None), (204, None)]
    assert query(app, tenant, "SELECT failures, failing_since FROM webhooks") == [(0, None)]


@pytest.mark.parametrize(
    ("told_", "least", "most"),
    [("900", 890, 900), ("99999999999999999999", 21_590, 21_600), ("-5", 0, 30), ("jutro", 0, 30), ("0", 0, 30),
     ("Fri, 31 Dec 2199 23:59:59 GMT", 21_590, 21_600), ("Sat, 01 Jan 2000 00:00:00 GMT", 0, 30)],
)  # fmt: skip
def test_who_asks_to_wait_is_not_asked_sooner_nor_left_for_long(
    app: Any, tenant: Any, listener: Receiver, told_: str, least: int, most: int
) -> None:
    public_id, _secret = added(app, tenant, listener.url)
    listener.status, listener.retry_after = 503, told_
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    for moment in ("run_after - now() FROM webhook_deliveries", "retry_at - now() FROM webhooks"):
        waits = scalar(app, tenant, f"SELECT extract(epoch FROM x)::int FROM (SELECT {moment}) AS y (x)")
        assert least <= waits <= most, moment


def test_who_is_away_holds_up_all_events_and_who_refuses_one_only_that_one(
    app: Any, tenant: Any, listener: Receiver
) -> None:
    public_id, _secret = added(app, tenant, listener.url)
    for _ in range(3):
        told(app, tenant, commands.ping, ACTOR, public_id)
    listener.status = 503
    sent(app, tenant)
    assert len(listener.got) == 1
    listener.status, listener.got = 400, []
    sent(app, tenant)
    assert len(listener.got) == 3


def test_a_program_that_hangs_or_is_not_there_is_noted(app: Any, tenant: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(calling, "post", lambda *words, **more: REAL(*words, **{**more, "seconds": 0.2}))
    with receiver() as program:
        public_id, _secret = added(app, tenant, program.url)
        program.hangs = threading.Event()
        told(app, tenant, commands.ping, ACTOR, public_id)
        sent(app, tenant)
    sent(app, tenant)
    tries = query(app, tenant, "SELECT status, problem FROM webhook_attempts ORDER BY id")
    assert tries == [(None, "timeout"), (None, "refused")]
    assert scalar(app, tenant, "SELECT failures FROM webhooks") == 2


REAL = calling.post


def test_gone_ends_it_at_once_and_the_administrators_hear_of_it(app: Any, tenant: Any, listener: Receiver) -> None:
    public_id, _secret = added(app, tenant, listener.url)
    listener.status = 410
    told(app, tenant, commands.ping, ACTOR, public_id)
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    assert len(listener.got) == 1 and state(app, tenant) == ("disabled", "gone")
    assert scalar(app, tenant, "SELECT count(*) FROM webhook_deliveries WHERE state = 'waiting'") == 0
    assert query(app, tenant, "SELECT letter, address FROM outbox_items WHERE letter = 'webhook_disabled'") == [
        ("webhook_disabled", f"admin@{tenant.slug}.example")
    ]
    told(app, tenant, commands.happened, "import.published", {})
    sent(app, tenant)
    assert len(listener.got) == 1, "nothing is collected for who is disabled"
    told(app, tenant, commands.resume, ACTOR, public_id)
    listener.status = 200
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    assert state(app, tenant) == ("active", None) and len(listener.got) == 2


def test_the_desk_says_that_a_program_hears_nothing_any_more(
    app: Any, new_tenant: Any, client: Any, listener: Receiver
) -> None:
    tenant = new_tenant(admin_password=PASSWORD)
    browser = admin(client, tenant)
    public_id, _secret = added(app, tenant, listener.url)
    assert "nie odbiera zdarzeń" not in inspect(browser.get("/admin/"))
    listener.status = 410
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    assert "nie odbiera zdarzeń" in inspect(browser.get("/admin/"))
    told(app, tenant, commands.resume, ACTOR, public_id)
    assert "nie odbiera zdarzeń" not in inspect(browser.get("/admin/"))


def test_after_three_days_without_an_answer_it_is_disabled(app: Any, tenant: Any, listener: Receiver) -> None:
    public_id, _secret = added(app, tenant, listener.url)
    listener.status = 500
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    change(app, tenant, "UPDATE webhooks SET failing_since = now() - interval '71 hours'")
    sent(app, tenant)
    assert state(app, tenant) == ("active", None)
    change(app, tenant, "UPDATE webhooks SET failing_since = now() - interval '73 hours'")
    sent(app, tenant)
    assert state(app, tenant) == ("disabled", "failing")
    assert scalar(app, tenant, "SELECT state FROM webhook_deliveries") == "failed"
    acts = query(app, tenant, "SELECT action, actor FROM audit_entries WHERE action = 'webhook.disabled'")
    assert acts == [("webhook.disabled", "hooks")]


def test_waits_grow_twice_each_time_up_to_six_hours() -> None:
    waits = [rules.backoff(failures).total_seconds() for failures in range(1, 40)]
    assert waits[:4] == [30, 60, 120, 240] and waits[-1] == max(waits) == 6 * 3600


def test_after_a_rotation_both_secrets_sign_for_a_day(app: Any, tenant: Any, listener: Receiver) -> None:
    public_id, old = added(app, tenant, listener.url)
    with app.app_context(), bind(tenant):
        new = commands.rotate(ACTOR, public_id)
        work.commit()
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    change(app, tenant, "UPDATE webhooks SET former_until = now() - interval '1 second'")
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    during, after = listener.got
    assert [verified(secret, *during) for secret in (old, new)] == [True, True]
    assert [verified(secret, *after) for secret in (old, new)] == [False, True]
    assert old.encode() not in str(query(app, tenant, "SELECT * FROM webhooks")).encode()


@pytest.mark.parametrize(
    "url", ["", "program", "ftp://x.example/", "https://", "https://a b.example/", "https://x.example/\0",
            "https://u:p@x.example/", "https://x.example/#a", "https://x.example:99999/", "https://ł.example/",
            "https://x.example/" + "x" * 10_000, "javascript:alert(1)", "https://[::1"],
)  # fmt: skip
def test_an_odd_address_is_refused(app: Any, tenant: Any, url: str) -> None:
    with pytest.raises(Refused) as refused:
        added(app, tenant, url)
    assert refused.value.field == "url"


def test_production_takes_https_only() -> None:
    with pytest.raises(Refused):
        rules.checked_url("http://program.example/", strict=True)
    assert rules.checked_url("https://program.example/a?b=c", strict=True)


def test_only_who_configures_the_portal_comes_near(app: Any, tenant: Any, listener: Receiver) -> None:
    public_id, _secret = added(app, tenant, listener.url)
    who = Actor(kind="account", login="x", can=frozenset(Can) - {Can.CONFIGURE})
    with app.app_context(), bind(tenant):
        for verb in (commands.rotate, commands.pause, commands.resume, commands.remove, commands.ping):
            with pytest.raises(NotThere):
                verb(who, public_id)
        with pytest.raises(NotThere):
            commands.add(who, "x", "https://x.example/", ["message.received"])


def test_an_administrator_adds_tries_and_removes_an_address(
    app: Any, new_tenant: Any, client: Any, listener: Receiver
) -> None:
    tenant = new_tenant(admin_password=PASSWORD)
    browser = admin(client, tenant)
    assert "Żaden program nie dostaje jeszcze zdarzeń" in inspect(browser.get("/admin/webhooks"))
    form = inspect(browser.get("/admin/webhooks/new"))
    wish = {"csrf_token": csrf(form), "name": "Windykacja <b>", "url": listener.url, "events": ["payment.matched"]}
    bad = browser.post("/admin/webhooks/new", data=wish | {"url": "x" * 10_000, "events": ["all"], "name": ""})
    assert bad.status_code == 422 and "Popraw" in inspect(bad)
    shown = inspect(browser.post("/admin/webhooks/new", data=wish))
    secret = re.search(r"whsec_[\w+/]{43}=", shown)
    assert secret
    here = f"/admin/webhooks/{scalar(app, tenant, 'SELECT public_id FROM webhooks')}"
    assert secret[0] not in inspect(browser.get(here))
    post = {"csrf_token": csrf(form)}
    assert browser.post(f"{here}/ping", data=post).status_code == 303
    sent(app, tenant)
    assert verified(secret[0], *listener.got[0])
    page = inspect(browser.get(here))
    assert "odpowiedź 204" in page and "Zdarzenie próbne" in page and "odebrane" in page
    assert browser.post(f"{here}/edit", data=wish | {"name": "Inna"}).status_code == 303
    assert browser.post(f"{here}/pause", data=post).status_code == 303
    assert "wstrzymany" in inspect(browser.get("/admin/webhooks"))
    assert browser.post(f"{here}/resume", data=post).status_code == 303
    inspect(browser.get(f"{here}/rotate"))
    assert secret[0] not in inspect(browser.post(f"{here}/rotate", data=post))
    inspect(browser.get(f"{here}/remove"))
    assert browser.post(f"{here}/remove", data=post).status_code == 303
    assert browser.get(here).status_code == 404 and browser.post(f"{here}/ping", data=post).status_code == 404
    assert scalar(app, tenant, "SELECT count(*) FROM webhook_deliveries") == 0


def test_what_is_over_is_forgotten_after_a_month(app: Any, tenant: Any, listener: Receiver) -> None:
    from app.hooks.sending import forget_old

    public_id, _secret = added(app, tenant, listener.url)
    told(app, tenant, commands.ping, ACTOR, public_id)
    sent(app, tenant)
    told(app, tenant, forget_old)
    assert scalar(app, tenant, "SELECT count(*) FROM webhook_deliveries") == 1
    change(app, tenant, "UPDATE webhook_deliveries SET created_at = now() - interval '31 days'")
    told(app, tenant, forget_old)
    assert scalar(app, tenant, "SELECT count(*) FROM webhook_deliveries") == 0


def test_ten_trial_events_an_hour_are_enough_whatever_address_they_go_to(
    app: Any, new_tenant: Any, tenant: Any, listener: Receiver
) -> None:
    first, second = (added(app, tenant, f"{listener.url}&n={number}")[0] for number in (1, 2))
    for number in range(10):
        told(app, tenant, commands.ping, ACTOR, (first, second)[number % 2])
    with pytest.raises(Conflict, match="Spróbuj za godzinę"):
        told(app, tenant, commands.ping, ACTOR, first)
    assert scalar(app, tenant, "SELECT count(*) FROM webhook_deliveries") == 10
    other = new_tenant()
    told(app, other, commands.ping, ACTOR, added(app, other, listener.url)[0])
