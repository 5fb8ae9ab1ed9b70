"""The works zone sentence by sentence: logins, a space for each building, four words in the bar, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import documents
from tests.journeys.conftest import Product
from tests.journeys.looking import fetched, shown, until
from tests.journeys.test_s0 import OWN, fill, gets_in, link_in, press

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
Visit = Callable[..., Any]
_zones: dict[str, dict[str, str]] = {}


def path_of(page: Any) -> str:
    return "/" + str(page.url).split("/", 3)[3].partition("#")[0]


def add(admin: Any, path: str, email: str, name: str, duty: str) -> None:
    admin.goto("/".join(admin.url.split("/")[:3]) + f"{path}/settings/members/new")
    fill(admin, email=email, name=name)
    admin.locator("main [name=duty]").select_option(duty)
    press(admin, "Dodaj i wyślij zaproszenie")
    assert name in shown(admin)


@pytest.fixture
def zone(visit: Visit, product: Product, osada: str) -> dict[str, str]:
    """`path` of a site and `other` of a second one; `owner` and `builder` are logins that their people chose."""
    if osada in _zones:
        return _zones[osada]
    admin = visit(osada, "admin", path="/admin/works/new")
    found = {}
    for key, name in (("other", "Remont piwnic"), ("path", "Nowy dach")):
        admin.goto(product.site(osada, "/admin/works/new"))
        fill(admin, name=name)
        press(admin, "Załóż i dodaj uczestników")
        found[key] = path_of(admin).removesuffix("/settings/members/new")
    for login, duty in (("owner", "owner"), ("builder", "contractor")):
        email = f"s2-{login}@firma.example"
        add(admin, found["path"], email, f"Osoba {login}", duty)
        page = visit(osada, path=link_in(product.letter(email, "Zaproszenie"), "/activate"))
        fill(page, password=OWN, repeat=OWN)
        press(page, "Zapisz hasło")
        given = product.letter(email, "Zaproszenie").split("Twój login to ")[1].split(". ")[0]
        page = visit(osada, path="/login")
        fill(page, login=given, password=OWN)
        press(page, "Zaloguj się")
        assert "Wybierz własny login" in shown(page), page.url
        fill(page, login=f"s2.{login}")
        press(page, "Zapisz i przejdź do budowy")
        assert path_of(page).rstrip("/") == found["path"], page.url
        found[login] = f"s2.{login}"
    _zones[osada] = found
    return found


def test_s2_01_02_08_22_each_comes_in_with_a_login_and_password_of_their_own(
    visit: Visit, osada: str, zone: dict[str, str]
) -> None:
    page = visit(osada, zone["builder"], password=OWN, java_script_enabled=False)
    assert path_of(page).rstrip("/") == zone["path"]
    assert page.locator("h1").inner_text() == "Nowy dach"
    page.goto("/".join(page.url.split("/")[:3]) + f"{zone['path']}/settings")
    assert "s2.builder" in shown(page) and "Zmień hasło" in shown(page) and "Własny login" in shown(page)


def test_s2_03_each_building_has_a_space_of_its_own(visit: Visit, osada: str, zone: dict[str, str]) -> None:
    page = visit(osada, zone["builder"], password=OWN)
    here = "/".join(page.url.split("/")[:3])
    assert page.goto(here + zone["other"]).status == 404
    assert page.goto(here + "/works/").status == 200 and path_of(page).rstrip("/") == zone["path"]


def test_s2_04_05_all_parties_work_there_and_the_owner_opens_every_document(
    visit: Visit, osada: str, zone: dict[str, str]
) -> None:
    builder = visit(osada, zone["builder"], password=OWN, path=f"{zone['path']}/files/new?folder=offers")
    builder.locator("main [name=title]").fill("Oferta na blachę")
    file = {"name": "oferta.pdf", "mimeType": "application/pdf", "buffer": documents.pdf("Oferta na blache")}
    builder.locator("main input[type=file]").first.set_input_files(file)
    builder.locator("main form button[type=submit]").last.click()
    builder.wait_for_load_state()
    owner = visit(osada, zone["owner"], password=OWN)
    until(owner, lambda: owner.get_by_role("link", name="Oferta na blachę").count())
    owner.get_by_role("link", name="Oferta na blachę").click()
    link = owner.locator("main a[href*='/download'], main a[href*='/file/']").first.get_attribute("href")
    assert fetched(owner, link)[2].startswith(b"%PDF-")


def test_s2_09_the_bar_holds_exactly_poczta_moje_dane_pliki_ustawienia(
    visit: Visit, osada: str, zone: dict[str, str]
) -> None:
    page = visit(osada, zone["owner"], password=OWN)
    for part in ("", "/mail", "/data", "/files", "/settings"):
        page.goto("/".join(page.url.split("/")[:3]) + zone["path"] + part)
        words = [each.strip() for each in page.locator(".works-bar a").all_inner_texts()]
        assert words == ["poczta", "moje dane", "pliki", "ustawienia"], part


def test_s2_14_15_the_data_of_the_site_are_edited_printed_and_put_into_a_letter(
    visit: Visit, osada: str, zone: dict[str, str]
) -> None:
    page = visit(osada, zone["owner"], password=OWN, path=f"{zone['path']}/data")
    page.get_by_role("link", name="Zmień dane").click()
    fill(page, invoice_name="Spółdzielnia „Osada”", invoice_nip="526-025-02-74", street="Lipowa 4")
    page.locator("main [name=directions]").fill("Wjazd od Polnej.")
    press(page, "Zapisz")
    assert "5260250274" in shown(page) and "Wjazd od Polnej." in shown(page)
    assert fetched(page, f"{zone['path']}/data/card.pdf")[2].startswith(b"%PDF-")
    builder = visit(osada, zone["builder"], password=OWN, path=f"{zone['path']}/data")
    until(builder, lambda: "5260250274" in shown(builder))
    assert builder.get_by_role("link", name="Zmień dane").count() == 0
    page.get_by_role("link", name="Napisz wiadomość z tymi danymi").click()
    assert page.locator("main form").count() and "/mail/new" in page.url


def test_s2_23_a_forgotten_access_code_is_recovered_by_mail(
    visit: Visit, osada: str, zone: dict[str, str], product: Product
) -> None:
    page = visit(osada, path="/password/forgot")
    fill(page, identifier=zone["builder"])
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    link = link_in(product.letter("s2-builder@firma.example", "Nowe hasło"), "/password/reset")
    fresh = visit(osada, path=link)
    fill(fresh, password="Nowe-Haslo-Budowy-7", repeat="Nowe-Haslo-Budowy-7")
    press(fresh, "Zmień hasło")
    assert not gets_in(visit, zone["builder"], OWN)
    back = visit(osada, zone["builder"], password="Nowe-Haslo-Budowy-7", path="/settings/password")
    fill(back, current="Nowe-Haslo-Budowy-7", new=OWN, repeat=OWN)
    back.locator("main form button[type=submit]").first.click()
    back.wait_for_load_state()


def test_s2_24_a_how_to_with_pictures_and_the_way_back_and_up_on_each_page(
    visit: Visit, osada: str, zone: dict[str, str]
) -> None:
    page = visit(osada, zone["owner"], password=OWN)
    here = "/".join(page.url.split("/")[:3])
    for part in ("", "/mail", "/mail/new", "/data", "/data/edit", "/files", "/files/new", "/settings", "/history"):
        assert page.goto(f"{here}{zone['path']}{part}").status == 200, part
        ways = page.locator(".works-ways")
        assert ways.get_by_role("link", name="powrót").count() == 1, part
        assert ways.get_by_role("link", name="przejdź do góry").count() == 1, part
    page.get_by_role("link", name="Instrukcja obrazkowa").click()
    page.get_by_role("link", name="Jak korzystać ze strefy budowy").click()
    shots = page.locator("img.guide-shot")
    assert shots.count() >= 10
    shots.first.scroll_into_view_if_needed()
    until(page, lambda: page.evaluate("document.querySelector('img.guide-shot').naturalWidth > 0"))
