"""Powiadomienia and one's own data in a browser: what is switched off is not sent, what is kept can be taken home."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import START, Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
ADDRESS = "s011@osada.example"


def _send(product: Product, subject: str) -> dict[str, Any]:
    found: dict[str, Any] = product.flask(
        "mailouts", "send", "osada", "--subject", subject, "--body-file", "-", "--wait", "--json", stdin="Treść."
    )
    return found


def _got(product: Product, subject: str) -> int:
    return sum(ADDRESS in str(mail["To"]) and str(mail["Subject"]) == subject for mail in product.mails())


def _choose(page: Any, product: Product, *, wanted: bool) -> None:
    page.goto(product.site("osada", "/settings/notifications"))
    page.get_by_role("link", name="Edytuj").click()
    page.get_by_role("group", name="Wiadomości i komunikaty").get_by_label("E-mail").set_checked(wanted)
    page.locator("main").get_by_role("button", name="Zapisz", exact=True).click()
    page.get_by_text("Powiadomienia zostały zapisane.").wait_for()
    row = page.get_by_role("row").filter(has_text="Wiadomości i komunikaty")
    assert ("włączone" if wanted else "wyłączone") in row.inner_text()


def test_s0_07_11_12_each_element_is_switched_by_itself_and_counts(
    visit: Callable[..., Any], resident: Callable[..., str], product: Product
) -> None:
    login = resident("S011", "--email", ADDRESS)
    page = visit("osada", login, password=START, path="/settings", java_script_enabled=False)
    page.locator("main").get_by_role("link", name="Powiadomienia").first.click()
    for element in ("Saldo i naliczenia", "Wiadomości i komunikaty", "Dokumenty i regulamin", "Bezpieczeństwo konta"):
        assert element in page.locator("main").inner_text()
    _choose(page, product, wanted=False)
    _send(product, "Wysyłka pierwsza")
    assert _got(product, "Wysyłka pierwsza") == 0
    _choose(page, product, wanted=True)
    _send(product, "Wysyłka druga")
    assert _got(product, "Wysyłka druga") == 1


def test_a_resident_takes_the_copy_of_their_data_home(visit: Callable[..., Any], product: Product) -> None:
    page = visit("demo", "L000001", path="/settings/data")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Pobierz kopię danych").click()
    body = Path(waiting.value.path()).read_bytes()
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert {"PRZECZYTAJ.html", "dane.json", "spis.json"} <= set(archive.namelist())
        assert "L000001" in archive.read("PRZECZYTAJ.html").decode()
