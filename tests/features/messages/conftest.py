"""A small cooperative with two residents and a clerk, each in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from app.office.commands import update_profile
from tenants.context import bind
from tests.features.accounts.conftest import PASSWORD, Browser, write_books

OFFICE = "biuro@office.example"
KEY = re.compile(r'name="form_key"[^>]* value="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def people(app: Any, tenant: Any) -> Callable[[str], Browser]:
    """`people("O1")` is that person's browser; O1 holds L001 and L002, O2 L001, `hanna` is a clerk, `irena` reads."""
    with app.app_context(), bind(tenant):
        write_books()
        update_profile(system("tests"), email=OFFICE)
        for login, role in (("O1", "resident"), ("O2", "resident"), ("hanna", "clerk"), ("irena", "board")):
            create_account(system("tests"), login, [], role, f"{login.lower()}@poczta.example", password=PASSWORD)
        work.commit()

    def enter(login: str) -> Browser:
        browser = Browser(app, tenant)
        assert browser.log_in(login).status_code in (302, 303)
        return browser

    return enter


def sent(browser: Browser, path: str, form: str | None = None, **values: Any) -> Any:
    """Fill the form of a page and send it, files and all."""
    page = browser.get(form or path).text
    key, token = KEY.search(page), TOKEN.search(page)
    assert key and token
    data = {"form_key": key[1], "csrf_token": token[1], "category": "repairs", **values}
    return browser.client.post(path, data=data, base_url=browser.base_url, content_type="multipart/form-data")
