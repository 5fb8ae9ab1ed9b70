"""Media: the register of meters, and a reading that a resident tells and staff decide on."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from app.core.money import NBSP

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
PHONE = {"width": 390, "height": 844}


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", str(page.locator("main").inner_text()).replace(NBSP, " "))


def test_s3_15_media_has_the_register_of_meters_and_settlements(visit: Visit) -> None:
    page = visit("demo", "L000001", path="/payments")
    page.locator("nav.menu a:visible", has_text="Media").first.click()
    page.wait_for_load_state()
    labels = page.locator("nav.tabs a").all_inner_texts()
    assert labels[:2] == ["Ewidencja liczników", "Rozliczenia liczników"]
    seen = words(page)
    for part in ("Zimna woda", "Numer licznika", "ważna do", "Zużycie od poprzedniego", "mediana budynku"):
        assert part in seen, part
    page.locator("summary", has_text="Te same liczby w tabeli").first.click()
    assert page.locator(".chart-figures table").first.is_visible()


def test_s3_15_a_reading_is_told_by_one_thumb_without_scripts_and_decided_on(visit: Visit) -> None:
    page = visit("demo", "L000001", path="/media/meters", viewport=PHONE, java_script_enabled=False)
    page.get_by_role("link", name=re.compile("Podaj stan liczników|Popraw lub dopisz")).first.click()
    page.wait_for_load_state()
    page.locator("#value-0").fill("1,5")
    page.locator("main form").get_by_role("button", name="Wyślij").click()
    page.wait_for_load_state()
    assert "To mniej niż poprzednio" in words(page) and page.locator("#value-0").input_value() == "1,5"
    page.locator("[name=sure-0]").check()
    page.locator("#words-0").fill("Wymieniono wodomierz")
    page.get_by_role("button", name="Wyślij mimo to").click()
    page.wait_for_load_state()
    assert "mamy Twój odczyt" in words(page) and "sprawdzi go administracja" in words(page)
    staff = visit("demo", "admin", path="/admin/media")
    staff.locator("a[href^='/admin/media/windows/']").filter(has_text="–").first.click()
    staff.wait_for_load_state()
    staff.goto(f"{staff.url}/unit?unit=01-1-001")
    assert "Wymieniono wodomierz" in words(staff)
    staff.get_by_role("button", name="Przyjmij odczyt").first.click()
    staff.wait_for_load_state()
    assert "Odczyt przyjęty" in words(staff)
