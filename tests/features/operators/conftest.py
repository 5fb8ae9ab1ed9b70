"""Operators and their browsers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest

from app.core import work
from app.core.actor import Actor, system
from app.operators import commands
from tests.features.operators.browser import Browser

PASSWORD = "Gawron-nad-Odrą-7"
_numbers = count(1)


@pytest.fixture
def operator(app: Any) -> str:
    """The e-mail of a new operator whose password is `PASSWORD`."""
    email = f"operator{next(_numbers)}@example.com"
    with app.app_context():
        commands.create_operator(system("tests"), email, PASSWORD)
        work.commit()
    return email


@pytest.fixture
def acting(operator: str) -> Actor:
    return Actor(kind="operator", login=operator)


@pytest.fixture
def browser(app: Any) -> Callable[..., Browser]:
    """`browser()` is on the console, `browser(host)` elsewhere; each comes from an address of its own."""

    def make(host: str = "console.osiedle.test") -> Browser:
        return Browser(app, host, f"10.1.{next(_numbers)}.1")

    return make


@pytest.fixture
def console(operator: str, browser: Callable[..., Browser]) -> Browser:
    """An operator's browser, logged in."""
    made = browser()
    assert made.log_in(operator, PASSWORD).status_code == 303
    return made
