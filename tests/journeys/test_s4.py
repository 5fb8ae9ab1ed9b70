"""The portal of the cooperative Nadodrze in Głogów: new rights, the form, the password rule, the menu."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.applying import answer
from tests.journeys.conftest import START, Product
from tests.journeys.test_s0 import fill, gets_in, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
Resident = Callable[..., str]


def test_s4_02_nobody_gets_in_with_what_another_system_gave(visit: Visit, osada: str) -> None:
    assert not gets_in(visit, "P1", "haslo-ze-starego-systemu")
    admin = visit(osada, "admin", path="/admin/credentials")
    press(admin, "Policz osoby")
    assert admin.locator("main dl.counts").count(), "rights are granted anew, also for many at once"


def test_s4_03_04_the_form_waits_for_all_data_and_the_notice(visit: Visit, osada: str) -> None:
    page = visit(osada, path="/register")
    fill(page, first_name="Jan", last_name="Nowak", unit="L2", email="s404@osada.example", phone="602345678")
    page.locator("main [name=role][value=tenant]").check()
    page.locator("main [name=terms][type=checkbox]").check()
    fill(page, code=answer(page))
    page.locator("main form").get_by_role("button", name="Wyślij", exact=True).click()
    page.wait_for_load_state()
    assert page.locator("#privacy-error").count() == 1
    assert page.locator("[name=last_name]").input_value() == "Nowak", "nothing that was typed is lost"


@pytest.mark.parametrize(
    ("password", "fits"),
    [("abcdefg", False), ("ABC1234", True), ("1234567", False), ("Abcdef", False), ("Zielony", True)],
)
def test_s4_09_10_the_preset_takes_seven_characters_a_letter_and_a_capital(
    visit: Visit, product: Product, resident: Resident, osada: str, password: str, fits: bool
) -> None:
    admin = visit(osada, "admin", path="/admin/configuration/passwords")
    admin.locator("[name=preset][value=nadodrze]").check()
    press(admin, "Zapisz")
    try:
        login = resident(f"S410{password}", "--must-change")
        page = visit(osada, login, password=START, path="/settings/password")
        assert "Zmień" in page.locator("main").inner_text(), "the first login asks for a change (S4-09)"
        fill(page, current=START, new=password, repeat=password)
        press(page, "Zapisz")
        assert ("/settings/password" not in page.url) == fits
    finally:
        admin.goto(product.site(osada, "/admin/configuration/passwords"))
        admin.locator("[name=preset][value=osiedle]").check()
        press(admin, "Zapisz")


def test_s4_11_the_menu_is_on_the_left_and_has_at_most_eight_items(visit: Visit) -> None:
    page = visit("demo", "L000001")
    box = page.locator(".side nav").bounding_box()
    assert box["x"] < 200
    assert 1 < page.locator(".side nav a").count() <= 8


def test_s4_12_the_manual_is_linked_outside_and_inside(visit: Visit, product: Product) -> None:
    page = visit("demo", path="/login")
    assert page.locator("a[href^='/texts/help']").count()
    page = visit("demo", "L000001")
    assert page.locator("a[href^='/texts/help']").count()


def test_s4_13_a_function_is_switched_on_and_announced(
    visit: Visit, product: Product, resident: Resident, osada: str
) -> None:
    login = resident("S413")
    admin = visit(osada, "admin", path="/admin/configuration/menu")
    page = visit(osada, login, password=START)
    assert page.locator(".side nav").get_by_role("link", name="Kontakt").count() == 1
    admin.locator("[name=on_contact]").uncheck()
    press(admin, "Zapisz")
    within_seconds(page, lambda: page.locator(".side nav").get_by_role("link", name="Kontakt").count() == 0)
    admin.goto(product.site(osada, "/admin/configuration/menu"))
    admin.locator("[name=on_contact]").check()
    assert admin.locator("[name=tell_on_page]").is_checked()
    press(admin, "Zapisz")
    within_seconds(page, lambda: "Kontakt" in " ".join(page.locator(".notice").all_inner_texts()))


def within_seconds(page: Any, holds: Callable[[], bool]) -> None:
    """Each web process remembers what the manager set for three seconds."""
    for _round in range(40):
        page.reload()
        if holds():
            return
        page.wait_for_timeout(250)
    raise AssertionError(page.locator("body").inner_text())
