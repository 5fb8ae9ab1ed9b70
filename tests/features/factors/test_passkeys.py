"""Passkeys: bound to the manager's own host, to the session that asked, and to their owner."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.features.accounts.conftest import TOKEN, Browser
from tests.features.factors.conftest import CODE, enrol, is_in
from tests.features.factors.softkey import SoftKey

BASE = "/settings/factors"


def options(browser: Browser, path: str, **more: Any) -> Any:
    """What the page's script asks for, with the token in the header as it sends it."""
    page = TOKEN.search(browser.get("/login/second" if "login" in path else BASE).text)
    headers = {"X-CSRFToken": page[1] if page else ""}
    return browser.client.post(path, base_url=browser.base_url, headers=headers, **more)


def with_passkey(browser: Browser, name: str = "Telefon") -> tuple[SoftKey, list[str]]:
    """A browser whose owner has just added a passkey."""
    key = SoftKey(browser.base_url)
    asked = options(browser, f"{BASE}/passkeys/options").json
    answer = browser.post(f"{BASE}/passkeys", {"answer": key.create(asked), "name": name}, BASE)
    assert answer.status_code in (200, 303), answer.text
    return key, CODE.findall(answer.text)


def second(browser: Browser, answer: str) -> Any:
    return browser.post("/login/second/passkey", {"answer": answer}, "/login/second")


def test_a_passkey_lets_in_after_the_password(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    key, codes = with_passkey(browser("anna"), "Telefon Anny")
    assert len(codes) == 10
    visitor = browser("anna")
    assert not is_in(visitor)
    given = options(visitor, "/login/second/passkey/options").json
    assert given["rpId"] == visitor.tenant.host
    assert second(visitor, key.sign(given)).status_code == 303
    assert is_in(visitor)
    assert "Telefon Anny" in visitor.get(BASE).text
    assert asked("SELECT sign_count, transports FROM account_passkeys") == [(1, "internal")]


def test_the_host_is_the_managers_own_whatever_the_request_says(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    visitor = browser("anna")
    forged = {"X-Forwarded-Host": "evil.example"}
    page = TOKEN.search(visitor.get(BASE).text)
    assert page
    answer = visitor.client.post(
        f"{BASE}/passkeys/options", base_url=visitor.base_url, headers={"X-CSRFToken": page[1], **forged}
    )
    assert answer.json["rp"]["id"] == visitor.tenant.host


@pytest.mark.parametrize("origin", ["http://evil.example", "http://beta.osiedle.test", "https://osiedle.test"])
def test_what_was_signed_for_another_site_is_refused(opened: Any, browser: Callable[..., Browser], origin: str) -> None:
    opened("anna")
    key, _codes = with_passkey(browser("anna"))
    visitor = browser("anna")
    key.origin, key.host = origin, origin.split("://")[1]
    assert second(visitor, key.sign(options(visitor, "/login/second/passkey/options").json)).status_code == 422
    key.host = visitor.tenant.host
    assert second(visitor, key.sign(options(visitor, "/login/second/passkey/options").json)).status_code == 422
    assert not is_in(visitor)


def test_a_passkey_made_for_another_site_is_not_taken(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    visitor = browser("anna")
    given = options(visitor, f"{BASE}/passkeys/options").json
    answer = visitor.post(f"{BASE}/passkeys", {"answer": SoftKey("http://evil.example").create(given)}, BASE)
    assert answer.status_code == 422
    assert asked("SELECT count(*) FROM account_passkeys") == [(0,)]


def test_an_answer_counts_once_and_only_in_the_session_that_was_asked(
    opened: Any, browser: Callable[..., Browser]
) -> None:
    opened("anna")
    key, _codes = with_passkey(browser("anna"))
    first, other = browser("anna"), browser("anna")
    answer = key.sign(options(first, "/login/second/passkey/options").json)
    assert second(other, answer).status_code == 422
    assert second(first, answer).status_code == 303
    again = browser("anna")
    options(again, "/login/second/passkey/options")
    assert second(again, answer).status_code == 422


def test_a_refused_answer_uses_its_challenge_up(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = with_passkey(browser("anna"))
    visitor = browser("anna")
    given = options(visitor, "/login/second/passkey/options").json
    spoilt = json.loads(key.sign(given))
    spoilt["response"]["signature"] = "AAAA"
    assert second(visitor, json.dumps(spoilt)).status_code == 422
    assert second(visitor, key.sign(given)).status_code == 422


def test_a_challenge_runs_out(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    key, _codes = with_passkey(browser("anna"))
    visitor = browser("anna")
    given = options(visitor, "/login/second/passkey/options").json
    asked("UPDATE account_challenges SET expires_at = now() - interval '1 second'")
    assert second(visitor, key.sign(given)).status_code == 422


def test_somebody_elses_passkey_and_a_copied_one_let_nobody_in(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    opened("bogdan")
    key, _codes = with_passkey(browser("anna"))
    others, _more = with_passkey(browser("bogdan"))
    visitor = browser("anna")
    assert second(visitor, others.sign(options(visitor, "/login/second/passkey/options").json)).status_code == 422
    key.counter = 41
    assert second(visitor, key.sign(options(visitor, "/login/second/passkey/options").json)).status_code == 303
    copied = browser("anna")
    key.counter = 7
    assert second(copied, key.sign(options(copied, "/login/second/passkey/options").json)).status_code == 422


def test_one_passkey_is_added_once(opened: Any, browser: Callable[..., Browser], asked: Any) -> None:
    opened("anna")
    visitor = browser("anna")
    key, _codes = with_passkey(visitor)
    given = options(visitor, f"{BASE}/passkeys/options").json
    assert [known["id"] for known in given["excludeCredentials"]]
    assert visitor.post(f"{BASE}/passkeys", {"answer": key.create(given)}, BASE).status_code == 422
    assert asked("SELECT count(*) FROM account_passkeys") == [(1,)]


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "x",
        "[]",
        "{}",
        '{"response": 1}',
        '{"response": {}}',
        '{"response": {"clientDataJSON": "AAAA"}}',
        '{"id": "\\u0000", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUFBQSJ9"}}',
        "9" * 30_000,
        "[" * 5_000,
    ],
)
def test_rubbish_is_refused(opened: Any, browser: Callable[..., Browser], answer: str) -> None:
    opened("anna")
    enrolled = browser("anna")
    with_passkey(enrolled)
    assert enrolled.post(f"{BASE}/passkeys", {"answer": answer}, BASE).status_code == 422
    visitor = browser("anna")
    assert second(visitor, answer).status_code == 422


def test_who_has_only_an_application_is_not_asked_for_a_passkey(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    enrol(browser("anna"))
    visitor = browser("anna")
    answer = options(visitor, "/login/second/passkey/options")
    assert answer.status_code == 422
    assert answer.json["error"]
