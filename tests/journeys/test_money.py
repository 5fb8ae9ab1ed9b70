"""What residents want to know of their money, line by line, held against the package that the books came in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pypdfium2
import pytest

from app.core.clock import today
from app.core.money import NBSP, amount, money
from app.demo.commands import MONTHS, SEED, UNITS, plans
from app.demo.generator import generate
from app.demo.package import Package

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
UNIT = "01-1-001"


@cache
def package() -> Package:
    plan = plans(1, UNITS, MONTHS, SEED, today())[0]
    return generate(plan.profile, seed=plan.seed, units=plan.units, months_back=plan.months, as_of=plan.as_of)


def rows(sheet: str, unit: str = UNIT) -> list[dict[str, Any]]:
    return [row for row in package().records(sheet) if row["unit"] == unit]


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", str(page.locator("main").inner_text()).replace(NBSP, " "))


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def test_s1_01_s3_14_a_resident_sees_the_data_of_the_unit(visit: Visit) -> None:
    seen = words(visit("demo", "L000001", path="/me/units"))
    (unit,) = [row for row in package().records("units") if row["code"] == UNIT]
    assert UNIT in seen and f"{Decimal(unit['area_m2']) / 100:.2f}".replace(".", ",").rstrip("0").rstrip(",") in seen
    assert re.sub(r"\s", "", unit["account"])[-12:] in re.sub(r"\s", "", seen)


def test_s1_04_the_charges_add_up_to_what_the_books_charge(visit: Visit) -> None:
    seen = words(visit("demo", "L000001", path=f"/me/charges?unit={UNIT}"))
    now = [row for row in rows("charges") if row["from"] <= today() and (row["to"] is None or row["to"] >= today())]
    newest = {row["component"]: row for row in sorted(now, key=lambda row: row["from"])}
    assert newest
    assert plain(amount(sum(row["amount"] for row in newest.values()))) in seen
    names = {row["code"]: row["name"] for row in package().records("components")}
    for component in newest:
        assert names[component] in seen


def test_s1_05_an_allowance_is_shown_to_its_holder(visit: Visit) -> None:
    granted = [
        row for row in package().records("allowances")
        if row["from"] <= today() <= row["to"] and row["person"] in ("L000001", "L000002", "L000003", "L000004")
    ]  # fmt: skip
    anybody = granted or [row for row in package().records("allowances") if row["from"] <= today() <= row["to"]]
    assert anybody, "the demo has allowances"
    holder = anybody[0]
    seen = words(visit("demo", holder["person"], path="/me/allowances"))
    assert holder["decision"] in seen and plain(money(holder["monthly"])) in seen
    assert holder["authority"] in seen
    other = next(
        row["person"]
        for row in package().records("occupancies")
        if row["role"] == "owner" and row["person"] == "L000001"
    )
    if other != holder["person"]:
        assert holder["decision"] not in words(visit("demo", other, path="/me/allowances"))


def test_s1_06_a_slip_is_printed_on_a_blank_page(visit: Visit) -> None:
    page = visit("demo", "L000001", path=f"/payments/slip?unit={UNIT}")
    taken = page.evaluate(
        "async path => { const got = await fetch(path);"
        " return [got.headers.get('content-type'), Array.from(new Uint8Array(await got.arrayBuffer()))] }",
        f"/payments/slip.pdf?unit={UNIT}&amount=123,45",
    )
    assert taken[0] == "application/pdf"
    sheet = pypdfium2.PdfDocument(bytes(taken[1]))[0]
    assert [round(side / 72 * 25.4) for side in sheet.get_size()] == [210, 297], "A4"
    text = re.sub(r"\s", "", sheet.get_textpage().get_text_range())
    (unit,) = [row for row in package().records("units") if row["code"] == UNIT]
    holder = next(row for row in package().records("people") if row["code"] == "L000001")
    assert re.sub(r"\s", "", unit["account"]) in text and UNIT in text
    assert "123,45" in text and holder["last_name"].upper() in text.upper()
    assert "stodwadzieściatrzy" in text


def test_s3_12_accounts_and_payments_have_their_parts(visit: Visit) -> None:
    page = visit("demo", "L000001", path="/payments")
    names = page.locator("nav.tabs a").all_inner_texts()
    assert [name for name in names if name in ("Ogólnie", "Rachunki i płatności", "Kalendarz")] == [
        "Ogólnie", "Rachunki i płatności", "Kalendarz",
    ]  # fmt: skip
    for name in names:
        page.locator("nav.tabs").get_by_role("link", name=name, exact=True).click()
        page.wait_for_load_state()
        assert page.locator("nav.tabs a[aria-current=page]").inner_text() == name
        assert "Stan na" in page.locator(".standing").inner_text()


def test_s4_01_housing_charges_and_water_stand_apart(visit: Visit) -> None:
    seen = words(visit("demo", "L000001", path=f"/payments?unit={UNIT}"))
    balances: dict[str, int] = {}
    for row in rows("ledger"):
        balances[row["account"]] = balances.get(row["account"], 0) + (row["debit"] or 0) - (row["credit"] or 0)
    assert {"rent", "water"} <= balances.keys()
    for account in ("rent", "water"):
        assert plain(amount(balances[account])) in seen


def test_the_past_of_the_balance_is_told(visit: Visit) -> None:
    """The demo's books came in three packages, a week apart."""
    page = visit("demo", "L000001", path=f"/payments/proof?unit={UNIT}")
    assert "Zgadza się co do grosza" in words(page)
    page.get_by_role("link", name="Sprawdź wybrany dzień").click()
    page.wait_for_load_state()
    assert page.locator("h1").count() == 1


def test_staff_see_what_the_resident_sees(visit: Visit) -> None:
    page = visit("demo", "admin", path="/admin/accounts?q=L000001")
    page.locator("main a[href*='/admin/accounts/']").first.click()
    page.get_by_role("button", name="Zobacz portal oczami mieszkańca").click()
    page.wait_for_url(lambda url: url.endswith("/payments"))
    assert "Podgląd portalu oczami mieszkańca" in words(page)
    mine = sum((row["debit"] or 0) - (row["credit"] or 0) for row in rows("ledger"))
    assert plain(money(abs(mine))) in words(page)
    page.get_by_role("button", name="Zakończ podgląd").click()
    page.wait_for_url(lambda url: "/admin/accounts" in url)


def test_the_balances_of_the_whole_estate_are_those_of_the_package(visit: Visit) -> None:
    seen = words(visit("demo", "admin", path="/admin/balances"))
    per_unit: dict[str, int] = {}
    for row in package().records("ledger"):
        per_unit[row["unit"]] = per_unit.get(row["unit"], 0) + (row["debit"] or 0) - (row["credit"] or 0)
    assert plain(amount(sum(per_unit.values()))) in seen
    assert plain(amount(sum(balance for balance in per_unit.values() if balance > 0))) in seen


def test_the_day_of_an_entry_is_as_the_books_have_it(visit: Visit) -> None:
    newest = max((row["date"] for row in rows("ledger")), default=date.min)
    assert f"{newest:%d.%m.%Y}" in words(visit("demo", "L000001", path=f"/payments/entries?unit={UNIT}"))
