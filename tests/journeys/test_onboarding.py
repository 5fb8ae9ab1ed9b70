"""From the product page to a resident's first login, as a manager walks it; and an operator who sees it come."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.registrations.robots import WORDS
from tests.journeys.conftest import PATIENCE, Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SLUG, PASSWORD, OWN = "nad-jeziorem", "Fioletowy-Rower-19", "Zielony-Kasztan-77"
BOSS, RESIDENT = "prezes@jezioro.example", "anna@jezioro.example"


def test_a_manager_comes_by_itself_and_its_first_resident_logs_in(
    visit: Callable[..., Any], product: Product, tmp_path: Path
) -> None:
    visitor = visit("", path="/")
    visitor.get_by_role("link", name="Wypróbuj jako zarządca").click()
    _order(visitor)
    path = _path(product.letter(BOSS, "Potwierdź"), r"/trial/[\w.-]+")
    visitor.goto(product.site("", path))
    visitor.get_by_role("button", name="Potwierdzam, załóż portal").click()
    visitor.get_by_text("Portal jest gotowy").first.wait_for(timeout=2 * PATIENCE)

    operator = visit("console", "operator@osiedle.example", path=f"/tenants/{SLUG}")
    assert "Spółdzielnia „Nad Jeziorem”" in operator.locator("main").inner_text()

    admin = visit(SLUG, path=_path(product.letter(BOSS, "ustaw hasło"), r"/activate/[\w-]+"))
    _choose_password(admin, PASSWORD)
    admin = visit(SLUG, "admin", password=PASSWORD, path="/admin/")
    admin.get_by_role("link", name="Otwórz przewodnik").click()
    assert "Zrobione 0 z 6" in admin.locator("main").inner_text()
    _try_the_sample(admin, product)

    with admin.expect_download() as download:
        admin.get_by_role("link", name="Pobierz wzór skoroszytu").click()
    book = tmp_path / "wzor.xlsx"
    download.value.save_as(book)
    admin.goto(product.site(SLUG, "/admin/imports/new"))
    admin.locator("[name=file]").set_input_files(_as_own(book, tmp_path / "wlasne.xlsx"))
    admin.locator("main form button[type=submit]").click()
    admin.get_by_text("opublikowany", exact=False).first.wait_for(timeout=4 * PATIENCE)

    login = _account(admin, product)
    resident = visit(SLUG, path=_path(product.letter(RESIDENT, "ustaw hasło"), r"/activate/[\w-]+"))
    _choose_password(resident, OWN)
    resident = visit(SLUG, login, password=OWN, path="/payments")
    _welcomed(resident, product)
    assert resident.locator(".balance-sum").first.inner_text().strip()
    admin.goto(product.site(SLUG, "/admin/setup"))
    assert "Zrobione 2 z 6" in admin.locator("main").inner_text()


def test_the_form_works_without_javascript_and_says_what_is_taken(visit: Callable[..., Any]) -> None:
    visitor = visit("", path="/trial", java_script_enabled=False)
    visitor.locator("[name=name]").fill("Wspólnota")
    for slug, said in (
        ("demo", "zajęta"),
        ("dem0", "zbyt podobna"),
        ("console", "zarezerwowana"),
        ("xn--a", "łącznik"),
    ):
        visitor.locator("[name=slug]").fill(slug)
        visitor.locator("button[name=check]").click()
        assert said in visitor.locator("#slug-said").inner_text(), slug
        assert visitor.locator("[name=name]").input_value() == "Wspólnota"
    visitor.locator("[name=slug]").fill("calkiem-wolny")
    visitor.locator("button[name=check]").click()
    assert "jest wolny" in visitor.locator("#slug-said").inner_text()


def test_the_subdomain_is_looked_up_while_it_is_typed(visit: Callable[..., Any]) -> None:
    visitor = visit("", path="/trial")
    visitor.locator("[name=slug]").type("adm1n")
    visitor.locator("#slug-said .is-owed").wait_for()
    visitor.locator("[name=slug]").fill("pod-sosnami")
    visitor.locator("#slug-said .is-credit").wait_for()


def test_a_resident_finds_the_manager_by_name(visit: Callable[..., Any], product: Product, osada: str) -> None:
    visitor = visit("", path="/find", java_script_enabled=False)
    visitor.locator("main [name=q]").fill("osada")
    visitor.get_by_role("button", name="Szukaj").click()
    visitor.locator(".hit").first.click()
    assert visitor.url.startswith(product.site(osada, "/"))


def _order(visitor: Any) -> None:
    visitor.locator("[name=name]").fill("Spółdzielnia „Nad Jeziorem”")
    visitor.locator("[name=kind][value=cooperative]").check()
    visitor.locator("[name=slug]").fill(SLUG)
    visitor.locator("#slug-said .is-credit").wait_for()
    visitor.locator("[name=email]").fill(BOSS)
    words = visitor.locator("#code-said").inner_text().split(", ")
    digits = {str(word): str(digit) for digit, word in enumerate(WORDS)}
    visitor.locator("[name=code]").fill("".join(digits[word] for word in words))
    visitor.wait_for_timeout(2100)  # nobody reads the form faster, and the page knows it
    visitor.get_by_role("button", name="Zamów okres próbny").click()
    visitor.get_by_role("heading", name="Sprawdź pocztę").wait_for()


def _try_the_sample(admin: Any, product: Product) -> None:
    """Load sample data, see them marked, and take them away by one click."""
    admin.get_by_role("button", name="Wczytaj dane przykładowe").click()
    admin.get_by_text("opublikowany", exact=False).first.wait_for(timeout=4 * PATIENCE)
    admin.goto(product.site(SLUG, "/admin/residents"))
    assert "Przykładowa" in admin.locator("main").inner_text()
    admin.goto(product.site(SLUG, "/admin/setup"))
    admin.get_by_role("button", name="Usuń dane przykładowe").click()
    admin.get_by_text("Dane przykładowe zostały usunięte").wait_for()
    admin.goto(product.site(SLUG, "/admin/residents"))
    assert "Przykładowa" not in admin.locator("main").inner_text()
    admin.goto(product.site(SLUG, "/admin/setup"))


def _as_own(book: Path, target: Path) -> Path:
    """The workbook as a manager fills it in: codes of its own, and Anna's address."""
    import zipfile

    with zipfile.ZipFile(book) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for item in source.infolist():
            content = source.read(item)
            if item.filename.endswith("sharedStrings.xml"):
                content = content.replace(b"PRZYKLAD-", b"J-").replace(b"osoba1@example.com", RESIDENT.encode())
            made.writestr(item, content)
    return target


def _account(admin: Any, product: Product) -> str:
    """Open an account for the first person; its letter brings the link."""
    admin.goto(product.site(SLUG, "/admin/accounts/new?person=J-O1"))
    admin.locator("main [name=login]").fill("J-O1")
    email = admin.locator("main [name=email]")
    if not email.input_value():
        email.fill(RESIDENT)
    admin.locator("main form button[type=submit]").first.click()
    admin.wait_for_load_state()
    return "J-O1"


def _choose_password(page: Any, password: str) -> None:
    page.locator("[name=password]").fill(password)
    page.locator("[name=repeat]").fill(password)
    page.locator("main form button[type=submit]").click()
    page.wait_for_load_state()


def _welcomed(page: Any, product: Product) -> None:
    """Go through what a first login shows, up to the payments."""
    for _page in range(6):
        if page.locator(".balance-sum").count():
            return
        for box in page.locator("main input[type=checkbox]").all():
            box.check()
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_load_state()
        page.goto(product.site(SLUG, "/payments"))


def _path(letter: str, pattern: str) -> str:
    found = re.search(rf"http://[\w.-]+:\d+({pattern})", letter)
    assert found, letter
    return found[1]
