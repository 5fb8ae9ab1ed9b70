"""Rozliczenia liczników: staff make a run of water, and the resident counts it again from the page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.core.clock import today
from tests.journeys.test_s0 import fill, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
RUNS, MINE = "/admin/media/settlements", "/media/settlements"
TITLE = "Woda na Tęczowej, półrocze"


def half_year() -> tuple[date, date]:
    """The last half of a calendar year that has ended: the demo's meters are read at both its ends."""
    day = today()
    return (
        (date(day.year, 1, 1), date(day.year, 6, 30))
        if day.month > 6
        else (date(day.year - 1, 7, 1), date(day.year - 1, 12, 31))
    )


def number(typed: str) -> Decimal:
    return Decimal(re.sub(r"[^\d,−-]", "", typed).replace("−", "-").replace(",", "."))


def counted_again(page: Any) -> Decimal:
    """The unit's cost from the multiplications of the page alone, with a pocket calculator's arithmetic."""
    whole = Decimal(0)
    for step in page.locator(".worked-parts .worked-step").all():
        words = step.inner_text().replace("\u00a0", " ")
        found = re.search(r"([\d ,]+) \S+ × ([\d ,]+) zł/\S+ = (−?[\d ,]+) zł", words)
        assert found, words
        product = (number(found[1]) * number(found[2])).quantize(Decimal("0.01"), "ROUND_HALF_UP")
        assert product == number(found[3]), words
        remainder = re.search(r"Wyrównanie do grosza: (−?[\d,]+) zł", words)
        whole += product + (number(remainder[1]) if remainder else 0)
    return whole


@pytest.fixture
def run(visit: Visit) -> str:
    """The address of a published run of cold water for the building of the resident's second unit."""
    page = visit("demo", "admin", path=f"{RUNS}?state=published")
    known = page.locator("main a.row-link", has_text=TITLE)
    if known.count():
        return str(known.first.get_attribute("href"))
    return _made(visit("demo", "admin", path=f"{RUNS}/new"))


def _made(page: Any) -> str:
    first, last = half_year()
    fill(page, title=TITLE, from_on=first.isoformat(), to_on=last.isoformat())
    page.locator("main [name=medium][value=cold_water]").check()
    page.locator("main label.check", has_text="Tęczowa 25").first.locator("input").check()
    press(page, "Dalej: koszty i zasady")
    where = page.url
    page.goto(f"{where}/costs")
    fill(page, name="Woda i ścieki", document="FV 77", amount="12 345,67")
    page.locator("main [name=kind]").select_option("variable")
    press(page, "Dodaj koszt")
    page.goto(f"{where}/rules")
    fill(page, lump_norm="3")
    press(page, "Zapisz i przelicz")
    main = page.locator("main").inner_text()
    assert "co do grosza" in main and "12 345,67" in main.replace("\u00a0", " ")
    press(page, "Opublikuj rozliczenie")
    assert "opublikowane" in page.locator("main").inner_text()
    return str(where)[str(where).index(RUNS) :]


def opened(visit: Visit) -> Any:
    page = visit("demo", "L000001", path=MINE)
    page.locator(".pills a", has_text="Tęczowa").first.click()
    page.wait_for_load_state()
    return page


def test_s3_15_the_resident_counts_the_settlement_again_to_the_grosz(visit: Visit, run: str) -> None:
    page = opened(visit)
    tabs = page.locator("nav.tabs").inner_text()
    assert "Ewidencja liczników" in tabs and "Rozliczenia liczników" in tabs
    page.locator("main a.row-link").first.click()
    page.wait_for_load_state()
    words = page.locator("main").inner_text().replace("\u00a0", " ")
    assert TITLE in words and "FV 77" in words and "12 345,67 zł" in words
    cost = number(re.search(r"Koszt lokalu razem\s+([\d ,]+) zł", words)[1])  # type: ignore[index]
    assert counted_again(page) == cost
    advances = number(re.search(r"− zaliczki\s+([\d ,]+) zł", words)[1])  # type: ignore[index]
    result = number(re.search(r"= wynik\s+(−?[\d ,]+) zł", words)[1])  # type: ignore[index]
    assert cost - advances == result

    page.locator("#part-variable a", has_text="Coś się nie zgadza").click()
    page.wait_for_load_state()
    assert "Część zmienna" in page.locator("main").inner_text(), "the line comes along"
    fill(page, body="Proszę o wyjaśnienie tej pozycji.")
    press(page, "Wyślij")
    admin = visit("demo", "admin", path="/admin/messages")
    admin.locator("main a", has_text="Rozliczenie: zimna woda").first.click()
    admin.wait_for_load_state()
    shown = admin.locator("main").inner_text().replace("\u00a0", " ")
    assert "Część zmienna" in shown and TITLE in shown
    assert admin.locator(f"main a[href*='{run.rsplit('/', 1)[1]}']").count(), "and the way to the run"


def test_s4_01_water_has_a_result_of_its_own_until_it_is_withdrawn(visit: Visit, run: str) -> None:
    page = opened(visit)
    row = page.locator("main tbody tr").first.inner_text().replace("\u00a0", " ")
    assert "Zimna woda" in row and ("do dopłaty" in row or "nadpłata" in row)
    admin = visit("demo", "admin", path=run)
    admin.locator("main details summary", has_text="Wycofaj rozliczenie").click()
    fill(admin, reason="Błąd w fakturze FV 77.")
    press(admin, "Wycofaj całe rozliczenie")
    page.reload()
    assert "wycofane" in page.locator("main tbody tr").first.inner_text()
    page.locator("main a.row-link").first.click()
    page.wait_for_load_state()
    assert "Błąd w fakturze FV 77." in page.locator("main").inner_text(), "a reason, not a hole"
