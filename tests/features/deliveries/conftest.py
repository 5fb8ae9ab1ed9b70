"""A manager with an outbox, some people in its books, and staff who look for letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message
from typing import Any

import pytest

from tests.features.mailouts.test_mailouts import BOOKS
from tests.features.outbox.conftest import Outbox, crooked, house, mailer, new_house, outbox

__all__ = ["crooked", "house", "mailer", "new_house", "outbox"]
PASSWORD = "Zielony-Kasztan-77"


@pytest.fixture
def books(outbox: Outbox) -> Outbox:
    for statement in BOOKS.split(";\n"):
        if statement.strip():
            outbox.sql(statement)
    return outbox


@pytest.fixture
def staff(books: Outbox, client: Any) -> Callable[[str], Any]:
    """A browser in which somebody with this role is logged in."""

    def enter(role: str) -> Any:
        from app.accounts.commands import create_account
        from app.core import work
        from app.core.actor import system

        with books.bound():
            create_account(system("tests"), role, (), role, None, password=PASSWORD)
            work.commit()
        browser = client(books.tenant.slug)
        post(browser, "/login", login=role, password=PASSWORD)
        return browser

    return enter


def post(browser: Any, path: str, page: str | None = None, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page or path).text)
    assert token is not None
    return browser.post(path, data={**fields, "csrf_token": token[1]})


def comes_back(outbox: Outbox, delivery: str, report: Message | str) -> str:
    """Hand a bounce of this delivery over as a mail server would; what became of it."""
    from app.mailroom import reception
    from app.mailroom.addresses import address

    with outbox.bound():
        to = address("bounce", delivery)
    raw = report if isinstance(report, str) else report.as_string()
    with outbox.app.app_context():
        return reception.receive(raw.encode(), [to], "")[0].result
