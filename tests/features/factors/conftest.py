"""Accounts with a second step, and browsers that take it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyotp
import pytest
from sqlalchemy import text

from app.accounts.commands import Created, create_account
from app.core import work
from app.core.actor import system
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser

KEY = re.compile(r'class="nrb any">([A-Z2-7 ]+)<')
CODE = re.compile(r"<code>([a-z0-9-]{19})</code>")


@pytest.fixture(autouse=True)
def _no_failures_of_other_tests(app: Any) -> None:
    """All tests come from the same address, whose failures are counted together."""
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.throttles WHERE key LIKE 'login:address:%'"))


@pytest.fixture
def opened(app: Any, tenant: Tenant) -> Callable[..., Created]:
    """Opens an account at the test's own manager, with `PASSWORD`."""

    def make(login: str, role: str = "resident", at: Tenant = tenant) -> Created:
        with app.app_context(), bind(at):
            made = create_account(system("tests"), login, (), role, f"{login}@poczta.example", password=PASSWORD)
            public_id = made.account.public_id
            work.commit()
            made.account.public_id = public_id
        return made

    return make


@pytest.fixture
def browser(app: Any, tenant: Tenant) -> Callable[..., Browser]:
    """`browser()` is nobody at the test's own manager; `browser("anna")` is logged in, as far as a password goes."""

    def make(login: str = "", at: Tenant = tenant) -> Browser:
        made = Browser(app, at)
        if login:
            assert made.log_in(login).status_code == 303
        return made

    return make


@pytest.fixture
def asked(app: Any, tenant: Tenant) -> Callable[..., list[Any]]:
    """Rows of a statement in the test's own manager's schema."""

    def ask(statement: str, at: Tenant = tenant, **values: Any) -> list[Any]:
        with app.app_context(), bind(at):
            result = db.session.execute(text(statement), values)
            rows = list(result.all()) if result.returns_rows else []
            work.commit()
            return rows

    return ask


def enrol(browser: Browser, base: str = "/settings/factors", name: str = "") -> tuple[str, list[str]]:
    """Add an application in this browser; its key, and the recovery codes if the page shows any."""
    assert browser.post(f"{base}/totp/begin", {}, base).status_code == 303
    page = browser.get(f"{base}/totp").text
    found = KEY.search(page)
    assert found, page
    key = found[1].replace(" ", "")
    for _try in range(2):  # the code of the step before may be too old by the time it arrives
        answer = browser.post(f"{base}/totp", {"code": code(key, -1), "name": name}, f"{base}/totp")
        if answer.status_code != 422:
            break
    assert answer.status_code in (200, 303), answer.text
    return key, CODE.findall(answer.text)


def code(key: str, steps: int = 0) -> str:
    """The code of an application some 30-second steps from now."""
    return pyotp.TOTP(key).at(datetime.now(UTC), counter_offset=steps)


def second_step(browser: Browser, **fields: str) -> Any:
    return browser.post("/login/second", fields, "/login/second")


def is_in(browser: Browser) -> bool:
    return bool(browser.get("/settings").status_code == 200)
