"""The second step of logging in: what lets in, what does not, and that each thing lets in once."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.factors.conftest import code, enrol, is_in, second_step

NEW_PASSWORD = "Czerwony-Klon-88"


def test_without_a_factor_the_password_is_enough(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    assert is_in(browser("anna"))


def test_after_the_password_nothing_opens_until_a_code_is_right(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitor = browser("anna")
    for path in ("/payments", "/settings", "/settings/factors", "/settings/devices", "/settings/password"):
        answer = visitor.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/login/second?next=")
    assert visitor.post("/settings/factors/totp/begin", {}, "/login/second").status_code == 302
    assert second_step(visitor, code="000000").status_code == 422
    assert not is_in(visitor)
    assert second_step(visitor, code=code(key)).status_code == 303
    assert is_in(visitor)


def test_a_password_alone_is_not_told_whose_it_is(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    here = browser("anna")
    enrol(here)
    assert "Zalogowano jako" in here.get("/contact").text
    page = browser("anna").get("/contact")
    assert page.status_code == 200
    assert "Zalogowano jako" not in page.text


def test_one_goes_on_to_the_page_that_was_wanted(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitor = browser()
    entered = visitor.log_in("anna", next="/payments/entries?page=2")
    assert entered.headers["Location"] == "/login/second?next=/payments/entries%3Fpage%3D2"
    assert visitor.get(entered.headers["Location"]).status_code == 200
    assert second_step(visitor, code=code(key)).headers["Location"] == "/payments/entries?page=2"


def test_a_foreign_address_is_never_gone_on_to(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitor = browser("anna")
    visitor.get("/login/second?next=https://evil.example/")
    visitor.get("/login/second?next=//evil.example")
    assert second_step(visitor, code=code(key)).headers["Location"] == "/"


def test_the_sessions_secret_changes_with_the_second_step(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitor = browser("anna")
    host = visitor.tenant.host
    before = visitor.client.get_cookie("osiedle", host).value
    second_step(visitor, code=code(key))
    after = visitor.client.get_cookie("osiedle", host).value
    assert before != after
    fixed = browser()
    fixed.client.set_cookie("osiedle", before, domain=host)
    assert not is_in(fixed)
    assert fixed.get("/login/second").status_code == 302


def test_a_code_lets_in_once(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    now = code(key)
    first, second = browser("anna"), browser("anna")
    assert second_step(first, code=now).status_code == 303
    refused = second_step(second, code=now)
    assert refused.status_code == 422
    assert "był już użyty" in refused.text
    assert not is_in(second)
    assert second_step(second, code=code(key, 1)).status_code == 303


def test_a_code_may_be_a_step_late_or_early_and_no_more(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    for steps, status in ((-3, 422), (3, 422), (-1, 303), (1, 303)):
        asked("UPDATE account_totp SET last_counter = NULL")
        visitor = browser("anna")
        assert second_step(visitor, code=code(key, steps)).status_code == status, steps


def test_codes_are_forgiven_spaces_and_nothing_else(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitor, right = browser("anna"), code(key)
    arabic = "".join(chr(0x660 + int(sign)) for sign in right)
    for typed in ("", " ", "12345", "1234567", "abcdef", arabic, "9" * 200, "'; DROP TABLE account_totp"):
        assert second_step(visitor, code=typed).status_code == 422, typed
    assert visitor.post("/login/second", {"code": "12\x003456"}, "/login/second").status_code == 400
    assert second_step(visitor, code=f" {right[:3]} {right[3:]} ").status_code == 303


def test_codes_of_another_account_and_of_another_manager_let_nobody_in(
    opened: Any, browser: Callable[..., Browser], new_tenant: Any
) -> None:
    opened("anna")
    opened("bogdan")
    enrol(browser("anna"))
    others, others_codes = enrol(browser("bogdan"))
    there = new_tenant()
    opened("anna", at=there)
    foreign, foreign_codes = enrol(browser("anna", there))
    visitor = browser("anna")
    for typed in (code(others), code(foreign)):
        assert second_step(visitor, code=typed).status_code == 422
    for typed in (others_codes[0], foreign_codes[0]):
        assert second_step(visitor, recovery=typed).status_code == 422
    assert not is_in(visitor)


def test_a_recovery_code_lets_in_once_however_it_is_typed(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    _key, codes = enrol(browser("anna"))
    assert len(set(codes)) == 10
    assert second_step(browser("anna"), recovery=codes[0]).status_code == 303
    assert second_step(browser("anna"), recovery=codes[0]).status_code == 422
    assert second_step(browser("anna"), recovery=codes[1].upper().replace("-", " ")).status_code == 303
    told = asked("SELECT context->>'verb' FROM outbox_items WHERE letter = 'factor_changed' ORDER BY id")
    assert [verb for (verb,) in told] == ["totp_added", "code_used", "code_used"]
    kept = asked("SELECT code_digest FROM account_recovery_codes")
    assert not any(code.encode() in bytes(row[0]) for row in kept for code in codes)


def test_one_recovery_code_used_twice_at_once_works_once(
    app: Any, opened: Any, browser: Callable[..., Browser]
) -> None:
    opened("anna")
    _key, codes = enrol(browser("anna"))
    visitors, gate, answers = [browser("anna") for _ in range(6)], Barrier(6), []
    tokens = [
        visitor.get("/login/second").text.split('name="csrf_token" value="')[1].split('"')[0] for visitor in visitors
    ]

    def use(visitor: Browser, token: str) -> None:
        gate.wait()
        data = {"recovery": codes[0], "csrf_token": token}
        answers.append(visitor.client.post("/login/second", data=data, base_url=visitor.base_url).status_code)

    threads = [
        Thread(target=contextvars.Context().run, args=(use, visitor, token))
        for visitor, token in zip(visitors, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422, 422, 422]
    assert sum(is_in(visitor) for visitor in visitors) == 1


def test_one_code_of_an_application_used_twice_at_once_works_once(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitors, gate, answers = [browser("anna") for _ in range(4)], Barrier(4), []
    tokens = [
        visitor.get("/login/second").text.split('name="csrf_token" value="')[1].split('"')[0] for visitor in visitors
    ]
    now = code(key)

    def use(visitor: Browser, token: str) -> None:
        gate.wait()
        data = {"code": now, "csrf_token": token}
        answers.append(visitor.client.post("/login/second", data=data, base_url=visitor.base_url).status_code)

    threads = [
        Thread(target=contextvars.Context().run, args=(use, visitor, token))
        for visitor, token in zip(visitors, tokens, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422]


def test_guessing_is_stopped_across_sessions_and_leaves_lines(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    first, second = browser("anna"), browser("anna")
    statuses = [second_step(visitor, code="000000").status_code for visitor in (first, second) * 5]
    assert statuses == [422] * 10
    refused = second_step(second, code=code(key))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert second_step(browser("anna"), code=code(key)).status_code == 429
    found = dict(asked("SELECT outcome, count(*) FROM login_attempts GROUP BY outcome"))
    assert (found["factor_wrong"], found["factor_throttled"]) == (10, 1)


def test_each_step_leaves_a_line_and_the_owner_sees_them(
    opened: Any, browser: Callable[..., Browser], asked: Any
) -> None:
    opened("anna")
    key, _codes = enrol(browser("anna"))
    visitor = browser("anna")
    second_step(visitor, code="123123")
    second_step(visitor, code=code(key))
    outcomes = asked("SELECT outcome FROM login_attempts ORDER BY id DESC LIMIT 3")
    assert [outcome for (outcome,) in outcomes] == ["in", "factor_wrong", "factor"]
    page = visitor.get("/settings/devices").text
    assert "błędny drugi krok" in page


def test_one_may_log_out_before_the_second_step(opened: Any, browser: Callable[..., Browser]) -> None:
    opened("anna")
    enrol(browser("anna"))
    visitor = browser("anna")
    assert visitor.post("/logout", {}, "/login/second").headers["Location"] == "/login"
    assert visitor.get("/login/second").headers["Location"].startswith("/login?")


def test_the_page_of_the_second_step_is_nothing_for_who_is_through(
    opened: Any, browser: Callable[..., Browser]
) -> None:
    opened("anna")
    visitor = browser("anna")
    assert visitor.get("/login/second").headers["Location"] == "/"
    for path in ("/login/second", "/login/second/passkey", "/login/second/passkey/options", "/login/enrol/totp"):
        assert visitor.post(path, {"code": "123456"}, "/settings").headers["Location"] == "/"


def test_a_new_password_by_a_link_does_not_drop_the_second_step(
    app: Any, opened: Any, browser: Callable[..., Browser], asked: Any, tenant: Any
) -> None:
    from app.accounts.commands.opening import issue_token
    from app.core import work
    from tenants.context import bind

    opened("anna")
    key, _codes = enrol(browser("anna"))
    with app.app_context(), bind(tenant):
        secret, _until = issue_token(asked_id(tenant), "reset")
        work.commit()
    path = f"/password/reset/{secret}"
    answer = browser().post(path, {"password": NEW_PASSWORD, "repeat": NEW_PASSWORD}, path)
    assert answer.status_code == 303
    visitor = browser()
    assert visitor.log_in("anna", PASSWORD).status_code == 422
    assert visitor.log_in("anna", NEW_PASSWORD).status_code == 303
    assert not is_in(visitor)
    assert second_step(visitor, code=code(key)).status_code == 303


def asked_id(tenant: Any) -> int:
    from sqlalchemy import text

    from tenants.db import db

    return int(db.session.execute(text("SELECT id FROM accounts WHERE login_key = 'anna'")).scalar_one())


def test_a_password_alone_sends_no_large_body(opened: Any, browser: Callable[..., Browser]) -> None:
    """413 is the refusal to read; 400, for the missing token, comes after reading."""
    opened("anna")
    owner = browser("anna")
    enrol(owner)
    for visitor, status in ((owner, 400), (browser("anna"), 413)):
        answer = visitor.client.post("/messages", data={"body": "x" * 3_000_000}, base_url=visitor.base_url)
        assert answer.status_code == status
