"""A manager with an outbox, some people in its books, and staff who look for letters."""

from __future__ import annotations

import re
from email.message import Message
from typing import Any

from tests.features.mailouts.test_pages import books, staff
from tests.features.outbox.conftest import Outbox, crooked, house, mailer, new_house, outbox

__all__ = ["books", "crooked", "house", "mailer", "new_house", "outbox", "staff"]


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
