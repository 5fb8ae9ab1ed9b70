"""The portal of the cooperative in Dąbrowa Tarnowska: registration, seven tabs, WYJŚCIE."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.applying import apply
from tests.journeys.conftest import START, Product
from tests.journeys.test_s0 import fill, gets_in, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
Resident = Callable[..., str]
THANKS = (
    "Dziękujemy. Zgłoszenie zostało wysłane i zostanie jak najszybciej rozpatrzone. "
    "Do 24 godz. otrzymacie Państwo e-maila zwrotnego z dalszą instrukcją"
)


def test_s3_01_everybody_with_a_title_can_be_given_access(visit: Visit, product: Product, osada: str) -> None:
    for login, unit in (("S301A", "L1"), ("S301B", "L2")):
        product.flask("accounts", "create", osada, login, "--unit", unit, "--password-stdin", stdin=START)
        page = visit(osada, login, password=START)
        assert page.locator(".standing").count() == 1


def test_s3_02_the_public_page_has_a_login_panel_and_registration(visit: Visit, osada: str) -> None:
    page = visit(osada, path="/login")
    assert page.locator("main form [name=password]").count() == 1
    page.locator("main a[href='/register']").first.click()
    page.wait_for_load_state()
    assert "/register" in page.url and "Formularz konta użytkownika" in page.locator("h1").inner_text()


def test_s3_03_04_05_an_empty_form_is_refused_at_each_field(visit: Visit, osada: str) -> None:
    page = visit(osada, path="/register", java_script_enabled=False)
    assert page.locator("main .reading").count() == 2, "the regulamin and the personal-data notice are there to read"
    page.locator("main form").get_by_role("button", name="Wyślij", exact=True).click()
    page.wait_for_load_state()
    for name in ("first_name", "last_name", "role", "unit", "email", "phone", "terms", "privacy", "code"):
        assert page.locator(f"#{name}-error").count() == 1, name


def test_s3_06_07_08_s4_05_06_07_08_an_application_becomes_an_account(
    visit: Visit, product: Product, osada: str
) -> None:
    page = visit(osada, path="/register")
    apply(page, email="s306@osada.example", phone="601 234 567")
    assert THANKS in page.locator("main").inner_text()
    letter = product.letter("s306@osada.example")
    assert "Kościuszki 5/2" in letter, "a copy of what was filled in"
    status = re.search(r"(/register/[\w.-]{20,})", letter)
    assert status, letter
    page.goto(product.site(osada, status[1]))
    assert "kilka dni" in page.locator("main").inner_text(), "the applicant sees that it may take days"

    admin = visit(osada, "admin", path="/admin/registrations")
    admin.locator("main").get_by_role("link", name="Zofia Wąsik").first.click()
    admin.wait_for_load_state()
    admin.locator("main [name=person][value=nobody]").check()
    admin.locator("main [name=way][value=two_channels]").check()
    fill(admin, login="S306", more_units="L2")
    press(admin, "Zatwierdź wniosek")
    assert "S306" in admin.locator("main").inner_text()

    mail, sms = product.letter("s306@osada.example", "Twój login"), product.text_message("+48601234567")
    assert "S306" in mail and "S306" not in sms
    start = sms.splitlines()[1]
    assert len(start) > 6 and start not in mail
    assert gets_in(visit, "S306", start)


def test_s3_09_a_change_of_the_start_password_is_recommended_and_not_forced(
    visit: Visit, product: Product, resident: Resident, osada: str
) -> None:
    admin = visit(osada, "admin", path="/admin/configuration/passwords")
    admin.locator("[name=change][value=recommended]").check()
    press(admin, "Zapisz")
    try:
        login = resident("S309", "--email", "s309@osada.example")
        admin.goto(product.site(osada, f"/admin/accounts?q={login}"))
        admin.locator("main").get_by_role("link", name=login).first.click()
        admin.wait_for_load_state()
        admin.locator("main a[href$='/credentials']").first.click()
        admin.wait_for_load_state()
        admin.locator("main [name=way][value=screen]").check()
        press(admin, "Wydaj dane do logowania")
        start = admin.locator("main .secret").nth(1).inner_text()
        page = visit(osada, login, password=start, path="/payments")
        assert page.url.endswith("/payments")
        assert "Zalecamy zmianę hasła" in page.locator("main").inner_text()
    finally:
        admin.goto(product.site(osada, "/admin/configuration/passwords"))
        admin.locator("[name=change][value=forced]").check()
        press(admin, "Zapisz")


def test_s3_10_the_tabs_stand_in_their_order(visit: Visit) -> None:
    page = visit("demo", "L000001")
    tabs = [tab.strip() for tab in page.locator(".side nav a").all_inner_texts()]
    assert tabs == [
        "Rachunki i płatności", "Moje dane", "Media", "Dokumenty", "Wiadomości", "Napisz do nas", "Kontakt",
    ]  # fmt: skip


def test_s3_11_change_of_password_and_logging_out_are_in_the_top_right(visit: Visit) -> None:
    page = visit("demo", "L000001")
    for role, name in (("link", "Zmień hasło"), ("button", "WYJŚCIE")):
        box = page.locator("header").get_by_role(role, name=name).bounding_box()
        assert box["y"] < 100 and box["x"] > 640, name


def test_s3_14_my_data_hold_contact_units_and_parameters(visit: Visit, product: Product) -> None:
    page = visit("demo", "L000001", path="/me")
    assert "L000001" in page.content()
    for path, word in (("/me/units", "Moje lokale"), ("/me/charges", "Parametry")):
        page.goto(product.site("demo", path))
        assert word in page.locator("main").inner_text(), path


def test_s3_16_documents_hold_the_regulamin(visit: Visit) -> None:
    page = visit("demo", "L000001", path="/documents")
    page.locator("main").get_by_role("link", name=re.compile("Regulamin")).first.click()
    page.wait_for_load_state()
    assert "Regulamin" in page.locator("h1").inner_text()


def test_s3_17_news_hold_what_the_manager_sent(visit: Visit, product: Product, resident: Resident) -> None:
    login = resident("S317", "--email", "s317@osada.example")
    body = product.var / "komunikat.txt"
    body.write_text("Wymiana pionów w sobotę.")
    product.flask("mailouts", "send", "osada", "--subject", "Wymiana pionów", "--body-file", str(body), "--wait")
    page = visit("osada", login, password=START, path="/news")
    page.locator("main").get_by_role("link", name="Wymiana pionów").first.click()
    page.wait_for_load_state()
    assert "w sobotę" in page.locator("main").inner_text()


def test_s0_01_s3_18_writing_to_the_office_and_its_answer_are_kept(
    visit: Visit, product: Product, resident: Resident
) -> None:
    login = resident("S318")
    page = visit("osada", login, password=START, path="/messages")
    fill(page, subject="Cieknący kran", body="Kapie od wczoraj.")
    press(page, "Wyślij")
    page.goto(product.site("osada", "/messages/history"))
    assert "Cieknący kran" in page.locator("main").inner_text()
    admin = visit("osada", "admin", path="/admin/messages")
    admin.locator("main").get_by_role("link", name="Cieknący kran").first.click()
    admin.wait_for_load_state()
    fill(admin, body="Hydraulik przyjdzie jutro.")
    admin.locator("main form", has=admin.locator("[name=body]")).locator("button[type=submit]").first.click()
    admin.wait_for_load_state()
    page.locator("main").get_by_role("link", name="Cieknący kran").first.click()
    page.wait_for_load_state()
    assert "Hydraulik przyjdzie jutro." in page.locator("main").inner_text()


def test_s3_19_contact_shows_the_manager(visit: Visit) -> None:
    page = visit("demo", path="/contact")
    assert page.locator("main a[href^='tel:']").count() and page.locator("main a[href^='mailto:']").count()


def test_s3_21_wyjscie_ends_the_session_on_the_server(visit: Visit, product: Product, resident: Resident) -> None:
    page = visit("osada", resident("S321"), password=START)
    cookies = page.context.cookies()
    page.get_by_role("button", name="WYJŚCIE").click()
    page.wait_for_url(re.compile("/login"))
    page.context.add_cookies(cookies)
    page.goto(product.site("osada", "/payments"))
    assert "/login" in page.url, "the old cookie opens nothing"
    page.go_back()
    assert page.locator(".balance-sum").count() == 0


def test_s3_22_a_new_account_may_wait_for_the_nightly_data(
    visit: Visit, product: Product, resident: Resident, osada: str
) -> None:
    admin = visit(osada, "admin", path="/admin/configuration/passwords")
    admin.locator("[name=wait_for_night]").check()
    press(admin, "Zapisz")
    try:
        login = resident("S322")
        page = visit(osada, path="/login")
        fill(page, login=login, password=START)
        press(page, "Zaloguj się")
        assert "Pierwsze logowanie będzie możliwe po" in page.locator("main").inner_text()
    finally:
        admin.goto(product.site(osada, "/admin/configuration/passwords"))
        admin.locator("[name=wait_for_night]").uncheck()
        press(admin, "Zapisz")
