"""A manager puts its own name, colour, words and hours on the portal, without anyone from the platform."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from config.settings import DEMO_PASSWORD
from tests.factories import packages
from tests.journeys.conftest import START, Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
HOME = "/admin/configuration"


@pytest.fixture(scope="module")
def manager(product: Product, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A manager of these journeys' own, with one resident: `gosia`."""
    slug = "nowinki"
    product.flask(
        "tenants", "create", slug, "--name", "Wspólnota Mieszkaniowa „Nowinki”", "--kind", "association",
        "--admin-email", "biuro@nowinki.example", "--admin-password-stdin", stdin=DEMO_PASSWORD,
    )  # fmt: skip
    book: Path = packages.workbook(tmp_path_factory.mktemp(slug) / "ksiegi.xlsx", packages.small())
    product.flask("imports", "run", slug, str(book), "--json")
    product.flask("accounts", "create", slug, "gosia", "--unit", "L1", "--password-stdin", stdin=START)
    return slug


def save(page: Any, name: str = "Zapisz") -> None:
    page.locator("main").get_by_role("button", name=name, exact=True).last.click()
    page.locator(".notice-good").wait_for()


def test_s3_13_the_page_says_as_of_when_data_are_and_when_they_are_renewed(visit: Visit, manager: str) -> None:
    page = visit(manager, "admin", path=f"{HOME}/portal")
    page.get_by_label("Godzina nocnego odświeżenia danych").fill("23")
    save(page)
    payments = visit(manager, "gosia", path="/payments", password=START)
    for _second in range(10):  # the other web processes hear of it within a few seconds
        standing = payments.locator(".standing").inner_text()
        if "23:00" in standing:
            break
        payments.wait_for_timeout(1000)
        payments.reload()
    assert "Stan na" in standing and "Dane odświeżane codziennie około 23:00" in standing


def test_a_logo_and_a_colour_are_soon_on_every_page(visit: Visit, manager: str) -> None:
    made = BytesIO()
    Image.new("RGB", (900, 300), (120, 30, 30)).save(made, "JPEG")
    page = visit(manager, "admin", path=f"{HOME}/look")
    page.set_input_files("[name=logo]", {"name": "logo.jpg", "mimeType": "image/jpeg", "buffer": made.getvalue()})
    save(page, "Zapisz logo")
    page.locator("[name=accent]").fill("#7a1f1f")
    save(page, "Zapisz kolor")
    outside = visit(manager)
    accent = "getComputedStyle(document.documentElement).getPropertyValue('--accent').trim()"
    logo = "document.querySelector('.brand-logo')?.naturalWidth > 0"
    for _second in range(10):  # page and theme may come of different web processes, which hear of it within seconds
        if outside.evaluate(accent) == "#7a1f1f" and outside.evaluate(logo):
            break
        outside.wait_for_timeout(1000)
        outside.reload()
    assert outside.evaluate(accent) == "#7a1f1f"
    assert outside.evaluate(logo)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_new_terms_are_acknowledged_once(visit: Visit, manager: str, javascript: bool) -> None:
    page = visit(manager, "admin", path=f"{HOME}/texts/terms", java_script_enabled=javascript)
    page.get_by_label("Treść", exact=True).fill("# Zasady\n\nPo nowemu.")
    page.get_by_role("button", name="Podgląd").click()
    page.locator("#preview").wait_for()
    page.get_by_label("Mieszkańcy mają potwierdzić tę wersję").check()
    save(page, "Opublikuj nową wersję")
    mine = visit(manager, "gosia", path="/settings", password=START, java_script_enabled=javascript)
    assert "/texts/accept" in mine.url and "Po nowemu." in mine.locator("main").inner_text()
    mine.locator("main [name=terms]").check()
    mine.get_by_role("button", name="Potwierdzam").click()
    mine.wait_for_url(lambda url: url.endswith("/settings"))
    mine.reload()
    assert mine.url.endswith("/settings")
