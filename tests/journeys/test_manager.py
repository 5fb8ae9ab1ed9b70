"""The manager's staff and the operator, from a new subdomain to a letter in a mailbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.factories import packages
from tests.journeys.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PASSWORD = "Fioletowy-Rower-19"


def test_an_operator_opens_a_manager_and_its_admin_gets_to_work(
    visit: Callable[..., Any], product: Product, tmp_path: Path
) -> None:
    console = visit("console", "operator@osiedle.example", path="/tenants/new")
    console.locator("[name=name]").fill("Wspólnota Mieszkaniowa Lipowa 7")
    console.locator("[name=slug]").fill("lipowa")
    console.locator("[name=kind][value=association]").check()
    console.locator("[name=admin_email]").fill("zarzad@lipowa.example")
    console.locator("main form button[type=submit]").click()
    console.get_by_text("Portal jest gotowy").first.wait_for()

    letters = _waited(product, "zarzad@lipowa.example")
    link = re.search(r"http://lipowa\.localhost:\d+/activate/[\w-]+", _text(letters[0]))
    assert link, _text(letters[0])
    admin = visit("lipowa", path=link[0].split("/", 3)[3].join(["/", ""]))
    admin.locator("[name=password]").fill(PASSWORD)
    admin.locator("[name=repeat]").fill(PASSWORD)
    admin.locator("main form button[type=submit]").click()
    admin.wait_for_load_state()

    admin = visit("lipowa", "admin", password=PASSWORD, path="/admin/imports/new")
    book = packages.workbook(tmp_path / "ksiegi.xlsx", packages.small())
    admin.locator("[name=file]").set_input_files(book)
    admin.locator("main form button[type=submit]").click()
    admin.get_by_text("opublikowany", exact=False).first.wait_for()
    assert admin.locator("tbody tr", has_text="Obroty").inner_text().split()[1] == "3"


def test_a_mailout_reaches_everybody_who_has_an_address(visit: Callable[..., Any], product: Product) -> None:
    admin = visit("demo", "admin", path="/admin/mailouts/new")
    admin.locator("[name=subject]").fill("Przerwa w dostawie wody – środa")
    admin.locator("[name=body]").fill("Szanowni Państwo,\n\nw środę od 8:00 do 12:00 nie będzie wody.\n\nAdministracja")
    admin.locator("main form button[value=preview]").click()
    admin.locator("main form button[value=send]").click()
    admin.wait_for_url(re.compile(r"/admin/mailouts/[\w-]{22}$"))
    result = _settled(admin)
    told = [mail for mail in product.mails() if mail["Subject"] == "Przerwa w dostawie wody – środa"]
    assert len(told) == result["sent"] > 50
    assert result["skipped"] > 50, "a third of the people have no address, and the page says so"
    assert len({mail["To"] for mail in told}) <= len(told)
    assert all(mail["X-Osiedle-Delivery"] and mail["List-Unsubscribe"] and mail["Message-ID"] for mail in told)
    assert "nie będzie wody" in _text(told[0])


def _settled(page: Any) -> dict[str, int]:
    """Reload until nothing waits, then read the counts."""
    for _round in range(60):
        counts = {
            term.lower(): int(re.sub(r"\D", "", value) or 0)
            for term, value in page.eval_on_selector_all(
                "main dl.counts > div",
                "rows => rows.map(row => [row.querySelector('dt').textContent, row.querySelector('dd').textContent])",
            )
        }
        waiting = next(value for term, value in counts.items() if "czeka" in term or "kolej" in term)
        if not waiting:
            sent = next(value for term, value in counts.items() if "wysłan" in term)
            skipped = next(value for term, value in counts.items() if "pomini" in term)
            return {"sent": sent, "skipped": skipped}
        page.wait_for_timeout(500)
        page.reload()
    raise AssertionError(f"the mailout never ended: {counts}")


def _waited(product: Product, address: str) -> list[Any]:
    import time

    for _round in range(60):
        found = [mail for mail in product.mails() if address in str(mail["To"])]
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"no letter to {address}")


def _text(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())
