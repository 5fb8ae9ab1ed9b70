"""Operators and their browsers."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def command(app: Any) -> Callable[..., Done]:
    """`command("tenants", "list")` as `flask tenants list`, but in this process, which saves its start."""

    def run(*words: str, stdin: str = "") -> Done:
        result = contextvars.Context().run(app.test_cli_runner().invoke, args=list(words), input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Done(result.exit_code, result.stdout, result.stderr)

    return run
