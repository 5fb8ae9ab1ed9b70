"""The way to Stripe's pages and back, beside a double of Stripe as `STRIPE=fake ./run` starts it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from config.settings import DEMO_PASSWORD
from tests.journeys.conftest import Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]


def words(page: Any) -> str:
    return re.sub(r"\s+", " ", str(page.locator("main").inner_text()))


def test_an_office_opens_its_account_and_a_resident_pays_with_blik(visit: Visit) -> None:
    office = visit("demo", "admin", path="/admin/payments-online")
    office.get_by_role("button", name="Załóż konto w Stripe").click()
    office.wait_for_url("**/connect/**")
    assert "żadne pieniądze nie są pobierane" in office.locator("body").inner_text()
    office.get_by_role("button", name="Wyślij wszystko").click()
    office.wait_for_url("**/admin/payments-online**")
    office.get_by_label("Mieszkańcy mogą płacić przez internet").check()
    office.get_by_role("button", name="Zapisz").click()
    office.get_by_text("Zapisano zasady").wait_for()

    phone = visit("demo", "L000001", path="/payments/online", viewport={"width": 390, "height": 844})
    for _look in range(40):  # a worker asks Stripe whether the account may take money
        if phone.get_by_label("Kwota w złotych").count():
            break
        phone.wait_for_timeout(500)
        phone.reload()
    if phone.get_by_label("inną kwotę").count():  # who owes nothing is asked for an amount alone
        phone.get_by_label("inną kwotę").check()
    phone.get_by_label("Kwota w złotych").fill("12,50")
    phone.get_by_role("button", name="Dalej").click()
    phone.get_by_role("button", name="Przejdź do płatności").click()
    phone.wait_for_url("**/pay/cs_test_**")
    assert "Razem 12,50 zł" in words(phone)
    for code in ("000000", "123456"):  # the bank refuses the first
        phone.get_by_label("BLIK", exact=True).check()
        phone.get_by_label("Kod BLIK").fill(code)
        phone.get_by_role("button", name="Zapłać").click()
    phone.wait_for_url("**/payments/online/**")
    for _look in range(40):  # the event is on its way
        if "Czekamy na potwierdzenie" not in words(phone):
            break
        phone.wait_for_timeout(500)
        phone.reload()
    seen = words(phone)
    assert "12,50 zł" in seen
    assert "Czekamy na potwierdzenie" not in seen
    phone.goto(phone.url.split("/payments/")[0] + "/payments")
    assert "12,50" in words(phone)


def test_an_administrator_subscribes_cancels_and_comes_back(visit: Visit, product: Product) -> None:
    """To Stripe's page and back: a plan, a refused card, an invoice, the portal, an end that is taken back."""
    product.flask("billing", "sync")
    product.flask(
        "tenants", "create", "abonent", "--name", "Wspólnota „Abonent”", "--kind", "association",
        "--admin-email", "biuro@abonent.example", "--admin-password-stdin", stdin=DEMO_PASSWORD,
    )  # fmt: skip
    office = visit("abonent", "admin", path="/admin/billing")
    assert "Płatności testowe (Stripe udawany)" in office.locator("body").inner_text()
    office.get_by_label("Pełny").check()
    office.get_by_role("button", name="Przejdź do płatności").click()
    office.wait_for_url("**/pay/cs_test_**")
    assert "żadne pieniądze nie są pobierane" in office.locator("body").inner_text()
    for card in ("4000 0000 0000 0002", "4242 4242 4242 4242"):  # the bank refuses the first
        office.get_by_label("Numer karty").fill(card)
        office.get_by_role("button", name="Zapłać").click()
    office.wait_for_url("**/admin/billing?paid=1")
    _until(office, "Zarządzaj płatnościami")
    seen = words(office)
    assert "Następna płatność" in seen
    assert "DOUBLE-" in seen
    assert "zapłacona" in seen
    office.get_by_role("link", name=re.compile("Faktura DOUBLE-")).click()
    office.wait_for_url("**/invoice/**")
    assert "(paid)" in words(office)

    office.goto(product.site("abonent", "/admin/billing"))
    office.get_by_role("button", name="Zarządzaj płatnościami").click()
    office.wait_for_url("**/portal/**")
    office.get_by_role("button", name="Zrezygnuj z końcem okresu").click()
    assert "(do końca okresu)" in words(office)
    office.get_by_role("link", name="Wróć").click()
    office.wait_for_url("**/admin/billing")
    _until(office, "Subskrypcja kończy się")
    office.get_by_role("button", name="Wznów subskrypcję").click()
    office.get_by_text("Subskrypcja trwa dalej").wait_for()
    assert "Subskrypcja kończy się" not in words(office)
    console = visit("console", "operator@osiedle.example", path="/tenants/abonent/billing")
    assert "DOUBLE-" in words(console)
    assert "Płatności testowe (Stripe udawany)" in console.locator("body").inner_text()


def _until(page: Any, sentence: str) -> None:
    """Look again until the event has come."""
    for _look in range(40):
        if sentence in words(page):
            return
        page.wait_for_timeout(500)
        page.goto(page.url.split("?")[0])
    raise AssertionError(words(page))
