"""The portal as e-kartoteka describes it, sentence by sentence: getting in, Konfiguracja, a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.conftest import START, Product

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
OWN = "Zielony-Rower-2026"
Visit = Callable[..., Any]
Resident = Callable[..., str]


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)


def press(page: Any, label: str) -> None:
    page.locator("main").get_by_role("button", name=label, exact=True).last.click()
    page.wait_for_load_state()


def gets_in(visit: Visit, login: str, password: str) -> bool:
    page = visit("osada", path="/login")
    fill(page, login=login, password=password)
    press(page, "Zaloguj się")
    return "/login" not in page.url


def link_in(letter: str, path: str) -> str:
    found = re.search(rf"http://osada\.localhost:\d+({path}/[\w-]+)", letter)
    assert found, letter
    return found[1]


def test_s0_04_the_office_hands_over_a_login_and_a_start_password(visit: Visit, osada: str) -> None:
    admin = visit(osada, "admin", path="/admin/accounts/new")
    fill(admin, login="S004", units="L2")
    press(admin, "Utwórz konto")
    shown = admin.locator("main").inner_text()
    assert "S004" in shown
    assert re.search(r"/activate/[\w-]{20,}", admin.content())


def test_s0_05_a_resident_logs_in_with_what_the_manager_gave(visit: Visit, resident: Resident) -> None:
    login = resident("S005")
    page = visit("osada", login, password=START)
    assert page.url.endswith("/payments")
    assert not gets_in(visit, login, "Inne-Haslo-123")


def test_s0_06_the_first_login_guides_through_password_email_and_notifications(
    visit: Visit, resident: Resident, product: Product
) -> None:
    login = resident("S006", "--must-change")
    page = visit("osada", login, password=START)
    assert "/welcome" in page.url or "/settings/password" in page.url, page.url
    page.goto(product.site("osada", "/welcome"))
    page.get_by_role("link", name="Zaczynamy").click()
    fill(page, current=START, new=OWN, repeat=OWN)
    press(page, "Zapisz")
    assert "/welcome/contact" in page.url
    fill(page, email="s006@osada.example")
    press(page, "Zapisz i dalej")
    assert "/settings/notifications" in page.url
    page.locator("main form button[type=submit]").last.click()
    page.wait_for_url(re.compile("/welcome/done"))
    press(page, "Przejdź do portalu")
    assert "/payments" in page.url
    assert gets_in(visit, login, OWN)
    assert product.letter("s006@osada.example")


def test_s0_07_the_given_address_serves_notices_and_the_forgotten_password(
    visit: Visit, resident: Resident, product: Product
) -> None:
    resident("S007", "--email", "s007@osada.example")
    page = visit("osada", path="/password/forgot")
    fill(page, identifier="S007")
    press(page, "Wyślij")
    assert "/password/reset/" in product.letter("s007@osada.example")


@pytest.mark.parametrize("path", ["/payments", "/payments/entries", "/me", "/contact", "/settings"])
def test_s0_08_konfiguracja_is_in_the_top_right_corner_of_every_page(visit: Visit, path: str) -> None:
    page = visit("demo", "L000001", path=path)
    box = page.locator("header").get_by_role("link", name="Konfiguracja").bounding_box()
    assert box["y"] < 100 and box["x"] > 640


def test_s0_09_a_change_of_password_asks_three_things_and_refuses_what_is_wrong(
    visit: Visit, resident: Resident
) -> None:
    login = resident("S009")
    page = visit("osada", login, password=START, path="/settings")
    page.get_by_role("link", name="Zmień hasło").first.click()
    for current, repeat, sentence in (
        ("zle-haslo-123", OWN, "Obecne hasło jest nieprawidłowe."),
        (START, "?", "Oba nowe hasła muszą być takie same."),
    ):
        fill(page, current=current, new=OWN, repeat=repeat)
        press(page, "Zapisz")
        assert sentence in page.locator("main").inner_text()
    fill(page, current=START, new=OWN, repeat=OWN)
    press(page, "Zapisz")
    assert gets_in(visit, login, OWN) and not gets_in(visit, login, START)


def test_s0_10_an_address_counts_once_its_owner_has_confirmed_it(
    visit: Visit, resident: Resident, product: Product
) -> None:
    login = resident("S010")
    page = visit("osada", login, password=START, path="/settings")
    page.get_by_role("link", name="Edytuj – Dane podstawowe").click()
    fill(page, email="s010@osada.example", current=START)
    press(page, "Zapisz")
    assert "niepotwierdzony" in page.locator("main").inner_text()
    page.goto(product.site("osada", link_in(product.letter("s010@osada.example"), "/email/confirm")))
    press(page, "Potwierdź adres")
    page.goto(product.site("osada", "/settings"))
    shown = page.locator("main").inner_text()
    assert "s010@osada.example" in shown and "niepotwierdzony" not in shown


def test_s0_13_14_17_18_a_forgotten_password_is_replaced_by_a_link_that_works_once(
    visit: Visit, resident: Resident, product: Product
) -> None:
    login = resident("S017", "--email", "s017@osada.example")
    elsewhere = visit("osada", login, password=START)
    page = visit("osada", path="/login")
    page.get_by_role("link", name="Nie pamiętam hasła").click()
    fill(page, identifier="s017@osada.example")
    press(page, "Wyślij")
    path = link_in(product.letter("s017@osada.example"), "/password/reset")
    page.goto(product.site("osada", path))
    fill(page, password=OWN, repeat=OWN)
    press(page, "Zmień hasło")
    assert gets_in(visit, login, OWN) and not gets_in(visit, login, START)
    elsewhere.reload()
    assert "/login" in elsewhere.url, "the sessions of the old password have ended"
    assert page.goto(product.site("osada", path)).status == 404


def test_s0_15_an_address_of_several_accounts_asks_for_the_login_and_resets_only_that(
    visit: Visit, resident: Resident, product: Product
) -> None:
    for login in ("S015A", "S015B"):
        resident(login, "--email", "s015@osada.example")
    page = visit("osada", path="/password/forgot")
    fill(page, identifier="s015@osada.example")
    press(page, "Wyślij")
    fill(page, login="S015B")
    press(page, "Wyślij")
    page.goto(product.site("osada", link_in(product.letter("s015@osada.example"), "/password/reset")))
    fill(page, password=OWN, repeat=OWN)
    press(page, "Zmień hasło")
    assert gets_in(visit, "S015B", OWN)
    assert gets_in(visit, "S015A", START) and not gets_in(visit, "S015A", OWN)


def test_s0_16_no_answer_tells_whether_an_account_exists(visit: Visit, resident: Resident) -> None:
    resident("S016")
    answers = []
    for typed in ("S016", "NIKT-TAKI"):
        page = visit("osada", path="/password/forgot")
        fill(page, identifier=typed)
        press(page, "Wyślij")
        answers.append(page.locator("main").inner_text())
    assert answers[0] == answers[1]
    assert "skontaktuj się z biurem" in answers[0]
