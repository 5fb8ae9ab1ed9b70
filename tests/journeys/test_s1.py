"""The portal as homeowners' associations explain it: safety, the paper way in, resigning, recovering access."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import START, Product
from tests.journeys.test_s0 import OWN, fill, gets_in, link_in, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
Resident = Callable[..., str]


def test_s1_07_the_portal_tells_not_to_share_the_password_and_stops_guessing(
    visit: Visit, resident: Resident
) -> None:
    login = resident("S107")
    page = visit("osada", path="/login")
    assert "Nie podawaj nikomu swojego hasła" in page.locator("main").inner_text()
    for _attempt in range(11):
        fill(page, login=login, password="Zgadywane-haslo-1")
        press(page, "Zaloguj się")
    assert "Za dużo nieudanych prób" in page.locator("main").inner_text()
    assert not gets_in(visit, login, START), "the right password does not help while the lock lasts"


def test_s1_08_core_tasks_work_without_javascript(visit: Visit, resident: Resident) -> None:
    login = resident("S108")
    page = visit("osada", login, password=START, java_script_enabled=False)
    for path in ("/payments", "/payments/entries", "/me", "/me/units", "/documents", "/news", "/contact", "/settings"):
        answer = page.goto("/".join(page.url.split("/")[:3]) + path)
        assert answer.status == 200, path
        assert page.locator("h1").count() == 1, path


def test_s1_09_staff_record_an_application_and_make_the_account_from_it(visit: Visit, osada: str) -> None:
    admin = visit(osada, "admin", path="/admin/registrations/new")
    fill(
        admin, first_name="Łucja", last_name="Żółć", unit="L1", email="s109@osada.example", phone="601234567",
        identity_note="dowód osobisty",
    )  # fmt: skip
    admin.locator("main [name=role][value=owner]").check()
    admin.locator("main [name=acknowledged]").check()
    admin.locator("main form button[type=submit]").first.click()
    admin.wait_for_load_state()
    admin.locator("main [name=way][value=letter]").check()
    fill(admin, login="S109")
    press(admin, "Zatwierdź wniosek")
    assert "S109" in admin.locator("main").inner_text()


def test_s1_10_a_resident_resigns_and_the_ledger_stays(visit: Visit, resident: Resident, product: Product) -> None:
    login = resident("S110")
    page = visit("osada", login, password=START, path="/settings/resign")
    fill(page, password=START)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    assert gets_in(visit, login, START), "access lasts until the office closes the account"
    admin = visit("osada", "admin", path="/admin/resignations")
    assert login in admin.locator("main").inner_text()
    admin.get_by_role("button", name="Zamknij konto").first.click()
    admin.wait_for_load_state()
    assert not gets_in(visit, login, START)
    admin.goto(product.site("osada", "/admin/residents/P1"))
    assert "Żółć" in admin.locator("main").inner_text()


def test_s1_11_nothing_about_access_costs_a_resident_anything(visit: Visit, osada: str) -> None:
    for path in ("/login", "/register"):
        shown = visit(osada, path=path).locator("body").inner_text().lower()
        assert not re.search(r"\bzł\b|opłata za", shown), path
    assert "To nic nie kosztuje" in visit(osada, path="/register").locator("main").inner_text()


def test_s1_12_a_manager_who_wants_paper_says_where_to_go_and_offers_the_form(
    visit: Visit, product: Product, osada: str
) -> None:
    admin = visit(osada, "admin", path="/admin/configuration/registration")
    admin.locator("[name=online]").uncheck()
    admin.locator("[name=paper]").check()
    press(admin, "Zapisz")
    try:
        page = visit(osada, path="/register")
        shown = page.locator("main").inner_text()
        assert "wniosek" in shown.lower()
        assert page.locator("main form input[name=email]").count() == 0
        pdf = page.evaluate("() => fetch('/register/form.pdf').then(answer => answer.text())")
        assert pdf.startswith("%PDF-")
    finally:
        admin.goto(product.site(osada, "/admin/configuration/registration"))
        admin.locator("[name=online]").check()
        press(admin, "Zapisz")


def test_s1_14_access_is_recovered_without_the_office(visit: Visit, resident: Resident, product: Product) -> None:
    login = resident("S114", "--email", "s114@osada.example")
    page = visit("osada", path="/password/forgot")
    fill(page, identifier=login)
    press(page, "Wyślij")
    page.goto(product.site("osada", link_in(product.letter("s114@osada.example"), "/password/reset")))
    fill(page, password=OWN, repeat=OWN)
    press(page, "Zmień hasło")
    assert gets_in(visit, login, OWN)


def test_s1_15_without_an_address_the_office_resets_and_notes_how_it_knew_the_person(
    visit: Visit, resident: Resident, product: Product
) -> None:
    login = resident("S115")
    admin = visit("osada", "admin", path=f"/admin/accounts?q={login}")
    admin.locator("main").get_by_role("link", name=login).first.click()
    admin.wait_for_load_state()
    admin.get_by_role("link", name="Nowe hasło").click()
    fill(admin, identity="dowód osobisty, okienko nr 2")
    press(admin, "Wydaj link do hasła")
    assert "/activate/" in admin.content()
    admin.goto(product.site("osada", f"/admin/audit?q={login}"))
    assert "okienko nr 2" in admin.locator("main").inner_text()


def test_s1_16_a_new_address_needs_the_password_and_the_old_one_is_told(
    visit: Visit, resident: Resident, product: Product
) -> None:
    login = resident("S116", "--email", "stary116@osada.example")
    page = visit("osada", login, password=START, path="/settings/contact")
    fill(page, email="nowy116@osada.example", current="nie-to-haslo")
    press(page, "Zapisz")
    assert "Obecne hasło jest nieprawidłowe." in page.locator("main").inner_text()
    fill(page, email="nowy116@osada.example", current=START)
    press(page, "Zapisz")
    page.goto(product.site("osada", link_in(product.letter("nowy116@osada.example"), "/email/confirm")))
    press(page, "Potwierdź adres")
    assert product.letter("stary116@osada.example")
