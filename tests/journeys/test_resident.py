"""A resident, from the login to WYJŚCIE."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.clock import today
from app.core.money import money
from app.demo.commands import MONTHS, SEED, UNITS, plans
from app.demo.generator import generate
from tests.journeys.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


def balance_in_the_books(unit: str) -> int:
    """What the demo package itself holds for a unit, in grosze."""
    plan = plans(1, UNITS, MONTHS, SEED, today())[0]
    package = generate(plan.profile, seed=plan.seed, units=plan.units, months_back=plan.months, as_of=plan.as_of)
    return sum(
        int(row["debit"] or 0) - int(row["credit"] or 0) for row in package.records("ledger") if row["unit"] == unit
    )


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_s1_02_03_13_s3_20_a_resident_sees_the_balance_that_the_books_hold(
    visit: Callable[..., Any], javascript: bool
) -> None:
    page = visit("demo", "L000001", java_script_enabled=javascript)
    assert page.url.endswith("/payments")
    expected = money(abs(balance_in_the_books("01-1-001")))
    assert page.locator(".balance-sum").inner_text() == expected
    assert "Stan na" in page.locator(".standing").inner_text()
    assert page.locator("main table tbody tr").count() == 24


def test_the_unit_switch_shows_the_other_unit(visit: Callable[..., Any]) -> None:
    page = visit("demo", "L000001")
    first = page.locator(".standing").inner_text()
    page.locator("nav[aria-label='Wybór lokalu'] a").nth(1).click()
    page.wait_for_url(lambda url: "unit=" in url)
    assert page.locator(".standing").inner_text() != first
    unit = page.url.split("unit=", 1)[1]
    assert page.locator(".balance-sum").inner_text() == money(abs(balance_in_the_books(unit)))


def test_after_wyjscie_the_back_button_shows_no_data(visit: Callable[..., Any]) -> None:
    page = visit("demo", "L000001")
    page.get_by_role("button", name="WYJŚCIE").click()
    page.wait_for_url(lambda url: "/payments" not in url)
    page.go_back()
    assert page.locator(".balance-sum").count() == 0
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/payments")
    assert "/login" in page.url


def test_the_portal_speaks_three_languages(visit: Callable[..., Any]) -> None:
    page = visit("demo", "L000001")
    for code, word in (("en", "Log out"), ("uk", "ВИЙТИ"), ("pl", "WYJŚCIE")):
        page.goto(page.url.split("?")[0] + f"?lang={code}")
        assert page.locator("html").get_attribute("lang") == code
        assert page.get_by_role("button", name=word, exact=False).count() == 1, code


def test_a_keyboard_is_enough_to_log_in_and_read(visit: Callable[..., Any], product: Product) -> None:
    page = visit("demo", path="/login")
    page.locator("main input[name=login]").focus()
    page.keyboard.type("L000003")
    page.keyboard.press("Tab")
    page.keyboard.type("Osiedle-demo-1")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/payments" in url)
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_a_wrong_password_is_told_without_telling_who_exists(visit: Callable[..., Any]) -> None:
    said = []
    for login in ("L000002", "nie-ma-takiego"):
        page = visit("demo", path="/login")
        page.locator("main input[name=login]").fill(login)
        page.locator("main input[name=password]").fill("zupełnie nie to")
        page.locator("main button[type=submit]").click()
        said.append(page.locator("[role=alert]").inner_text())
    assert said[0] == said[1]
