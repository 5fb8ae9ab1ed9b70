"""The console's second factor: as at a manager's portal, and required where the platform says so."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from app.core import runtime
from tenants.db import PLATFORM, db
from tests.features.operators.browser import Browser
from tests.features.operators.conftest import PASSWORD
from tests.pages import inspect

KEY = re.compile(r'class="nrb any">([A-Z2-7 ]+)<')
CODE = re.compile(r"<code>([a-z0-9-]{19})</code>")
Console = Callable[..., Browser]


def platform(statement: str, **values: Any) -> list[Any]:
    with db.engines[PLATFORM].begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []


def code(key: str, steps: int = 0) -> str:
    return pyotp.TOTP(key).at(datetime.now(UTC), counter_offset=steps)


def enrol(browser: Browser, base: str = "/factors") -> tuple[str, list[str]]:
    browser.get(base)
    assert browser.post(f"{base}/totp/begin").status_code == 303
    found = KEY.search(browser.get(f"{base}/totp").text)
    assert found
    key = found[1].replace(" ", "")
    for _try in range(2):  # the code of the step before may be too old by the time it arrives
        answer = browser.post(f"{base}/totp", code=code(key, -1), name="Telefon dyżurny")
        if answer.status_code != 422:
            break
    return key, CODE.findall(answer.text)


def first_step(browser: Browser, email: str) -> Browser:
    browser.get("/login")
    assert browser.post("/login", email=email, password=PASSWORD).status_code == 303
    return browser


@pytest.fixture
def required(app: Any) -> Iterator[None]:
    """The platform demands a second factor of every operator."""
    before = runtime.settings()
    runtime.install(dataclasses.replace(before, operator_factor="required"))
    yield
    runtime.install(before)


def test_an_operator_adds_a_second_step_and_is_asked_for_it(console: Browser, operator: str, browser: Console) -> None:
    inspect(console.get("/factors"))
    key, codes = enrol(console)
    assert len(codes) == 10
    inspect(console.get("/factors"))
    inspect(console.get("/devices"))
    visitor = first_step(browser(), operator)
    assert visitor.get("/tenants").headers["Location"] == "/login/second?next=/tenants"
    inspect(visitor.get("/login/second?next=/tenants/new"))
    assert visitor.post("/login/second", code="000000").status_code == 422
    assert visitor.get("/tenants").status_code == 302
    visitor.get("/login/second")
    before = visitor.client.get_cookie("osiedle", "console.osiedle.test").value
    answer = visitor.post("/login/second", code=code(key))
    assert (answer.status_code, answer.headers["Location"]) == (303, "/tenants/new")
    assert visitor.client.get_cookie("osiedle", "console.osiedle.test").value != before
    assert visitor.get("/tenants").status_code == 200
    page = visitor.get("/devices").text
    assert "błędny drugi krok" in page


def test_a_recovery_code_of_an_operator_works_once(console: Browser, operator: str, browser: Console) -> None:
    _key, codes = enrol(console)
    for status in (303, 422):
        visitor = first_step(browser(), operator)
        visitor.get("/login/second")
        assert visitor.post("/login/second", recovery=codes[0]).status_code == status


def test_one_operators_code_is_nothing_for_another(console: Browser, app: Any, browser: Console, operator: str) -> None:
    from app.core import work
    from app.core.actor import system
    from app.operators import commands

    with app.app_context():
        commands.create_operator(system("tests"), f"other-{operator}", PASSWORD)
        work.commit()
    enrol(console)
    others, codes = enrol(first_step(browser(), f"other-{operator}"))
    visitor = first_step(browser(), operator)
    visitor.get("/login/second")
    assert visitor.post("/login/second", code=code(others)).status_code == 422
    assert visitor.post("/login/second", recovery=codes[0]).status_code == 422


def test_guessing_is_stopped(console: Browser, operator: str, browser: Console, context: Any) -> None:
    key, _codes = enrol(console)
    visitor = first_step(browser(), operator)
    visitor.get("/login/second")
    assert [visitor.post("/login/second", code="000000").status_code for _try in range(11)] == [422] * 10 + [429]
    other = first_step(browser(), operator)
    other.get("/login/second")
    assert other.post("/login/second", code=code(key)).status_code == 429


def test_where_it_is_required_nothing_opens_before_a_factor_is_made(
    required: None, operator: str, browser: Console
) -> None:
    visitor = first_step(browser(), operator)
    for path in ("/tenants", "/tenants/new", "/factors", "/devices"):
        assert visitor.get(path).headers["Location"].startswith("/login/enrol"), path
    inspect(visitor.get("/login/enrol"))
    _key, codes = enrol(visitor, "/login/enrol")
    assert len(codes) == 10
    assert visitor.get("/tenants").status_code == 200
    factor = re.search(r"/factors/([\w-]{22})/remove", visitor.get("/factors").text)
    assert factor
    assert visitor.post(f"/factors/{factor[1]}/remove").status_code == 422


def test_sessions_elsewhere_can_be_ended(operator: str, browser: Console) -> None:
    other, here = browser(), browser()
    other.log_in(operator, PASSWORD)
    here.log_in(operator, PASSWORD)
    here.get("/devices")
    assert here.post("/devices/end-others").status_code == 303
    assert other.get("/tenants").status_code == 302
    assert here.get("/tenants").status_code == 200


def test_the_command_line_takes_a_lost_factor_away(
    console: Browser, operator: str, browser: Console, command: Callable[..., Any]
) -> None:
    enrol(console)
    assert command("operators", "reset-factor", operator).returncode == 0
    assert console.get("/tenants").status_code == 302
    assert browser().log_in(operator, PASSWORD).status_code == 303
    assert command("operators", "reset-factor", "nobody@example.com").returncode == 1


def test_keys_are_sealed_and_changes_written_down(console: Browser, operator: str, context: Any) -> None:
    key, codes = enrol(console)
    owner = "(SELECT id FROM platform.operators WHERE email = :email)"
    sealed = platform(f"SELECT sealed FROM platform.operator_totp WHERE owner_id = {owner}", email=operator)
    assert key.encode() not in bytes(sealed[0][0])
    kept = platform(
        f"SELECT code_digest FROM platform.operator_recovery_codes WHERE owner_id = {owner}", email=operator
    )
    assert len(kept) == 10 and not any(code.encode() in bytes(row[0]) for row in kept for code in codes)
    lines = platform(
        "SELECT action FROM platform.audit_entries WHERE actor = :email AND action LIKE 'factor.%'", email=operator
    )
    assert [action for (action,) in lines] == ["factor.totp_added"]
