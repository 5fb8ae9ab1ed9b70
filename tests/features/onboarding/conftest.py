"""Strangers who ask for a trial on the product page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text

from app.core.clock import now
from app.registrations import robots
from tenants.db import PLATFORM, db
from tests.features.operators.browser import Browser
from tests.features.registrations.conftest import CHALLENGE, code_in
from worker import entry

_numbers = count(1)


def platform(statement: str, **values: Any) -> list[Any]:
    with db.engines[PLATFORM].begin() as connection:
        result = connection.execute(text(statement), values)
        return list(result.all()) if result.returns_rows else []


@pytest.fixture
def stranger(app: Any) -> Callable[[], Browser]:
    """A browser on the product page, from an address of its own."""
    return lambda: Browser(app, "osiedle.test", f"10.7.{next(_numbers)}.1")


def slow(app: Any, challenge: str) -> str:
    """The same question as if it had been shown half a minute ago."""
    with app.app_context():
        code = robots.opened(challenge, "trial")
        assert code is not None
        return robots.sealed(replace(code, shown_at=now() - timedelta(seconds=30)), "trial")


def wish(app: Any, page: str, **values: str) -> dict[str, str]:
    """What a human being sends with the form on this page."""
    challenge = CHALLENGE.search(page)
    assert challenge is not None
    fields = {
        "name": "Spółdzielnia „Pod Lipami”", "kind": "cooperative", "slug": "pod-lipami", "email": "biuro@lipy.example",
        "trap": "", "challenge": slow(app, challenge[1]), "code": code_in(page),
    }  # fmt: skip
    return fields | values


def asked(app: Any, visitor: Browser, **values: str) -> Any:
    """Open the form, fill it in without haste and send it."""
    page = visitor.get("/trial").get_data(as_text=True)
    return visitor.post("/trial", **wish(app, page, **values))


def work_off(name: str) -> None:
    """What a worker does with all waiting jobs of this name."""
    rows = "SELECT id FROM platform.jobs WHERE name = :name AND state = 'waiting' ORDER BY id"
    for row in platform(rows, name=name):
        platform("UPDATE platform.jobs SET run_after = now() WHERE id = :id", id=row.id)
        entry.run(None, row.id)
        assert platform("SELECT state, error FROM platform.jobs WHERE id = :id", id=row.id) == [("done", None)]


def link_in(letter: Any) -> str:
    """The path that a letter's reader opens."""
    found = re.search(r"http://osiedle\.test(/trial/[\w.-]+)", str(letter.get_body(("plain",)).get_content()))
    assert found is not None
    return found[1]
