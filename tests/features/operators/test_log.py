"""Operators read what operators did."""

from __future__ import annotations

from collections.abc import Callable

from tests.features.operators.browser import Browser


def test_the_console_shows_what_operators_did_in_plain_words(operator: str, console: Browser) -> None:
    page = console.get("/audit").text
    assert operator in page and "Operator zalogował się" in page and "Założono konto operatora" in page
    assert console.get("/audit?page=999999999").status_code == 200


def test_nobody_else_reads_it(browser: Callable[..., Browser]) -> None:
    assert browser().get("/audit").status_code == 302
