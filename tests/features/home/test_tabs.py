"""The resident's tabs: which there are, what stands on them, and who sees what of which unit."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.accounts.rules.holders import Holders
from app.announcements.queries import board
from app.core import work
from app.core.actor import system
from app.mailouts.commands import send
from app.office import settings
from app.office.commands import update_profile
from app.office.queries import forget
from tenants import reading
from tenants.context import bind
from tenants.db import db
from tenants.routing import DataCursor
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.pages import inspect

MENU = re.compile(r'<nav class="menu"[^>]*>(.*?)</nav>', re.DOTALL)
ITEM = re.compile(r'<a href="([^"]*)"[^>]*>.*?<span>([^<]*)</span></a>', re.DOTALL)
PAGES = ("/payments", "/payments/entries", "/me", "/me/units", "/me/charges", "/documents", "/news", "/messages",
         "/messages/history", "/contact", "/settings/resign")  # fmt: skip


def menu(page: str) -> list[tuple[str, str]]:
    return ITEM.findall(MENU.findall(page)[0])


def test_s3_10_the_tabs_have_their_names_and_order(people: Any) -> None:
    page = inspect(people("anna").get("/payments"))
    assert [name for _url, name in menu(page)] == [
        "Rachunki i płatności",
        "Moje dane",
        "Dokumenty",
        "Wiadomości",
        "Napisz do nas",
        "Kontakt",
    ]


def test_s0_08_s3_11_configuration_password_and_exit_are_on_every_page(people: Any) -> None:
    anna = people("anna")
    for path in PAGES:
        head = inspect(anna.get(path)).partition('<div class="wrap body">')[0]
        for word in ("Konfiguracja", "Zmień hasło", "WYJŚCIE"):
            assert word in head, (path, word)


def test_s3_14_my_data_has_three_pages(people: Any) -> None:
    anna = people("anna")
    contact = inspect(anna.get("/me"))
    for tab in ("Moje dane kontaktowe", "Moje lokale", "Parametry naliczeń dla lokalu"):
        assert tab in contact
    assert "Anna Żółć" in contact and "anna@poczta.example" in contact
    units = inspect(anna.get("/me/units"))
    assert "Liczba lokali: 2" in units and "48,50 m²" in units and "właściciel" in units and "485/10000" in units
    charges = inspect(anna.get("/me/charges?unit=L2"))
    assert "(L2)" in charges and "Powierzchnia ogrzewana" in charges
    form = inspect(anna.get("/messages?category=data&subject=Poprawka&unit=L2"))
    assert re.search(r'<option selected value="data">', form) and 'value="Poprawka"' in form


def test_the_unit_switch_is_on_every_page_and_the_menu_remembers(people: Any) -> None:
    anna = people("anna")
    for path in PAGES[:-1]:
        page = inspect(anna.get(f"{path}?unit=L2"))
        assert f'href="{path}?unit=L1"' in page, path
        assert re.search(rf'href="{path}\?unit=L2" aria-current="true"', page), path
        assert all(url.endswith("?unit=L2") for url, _name in menu(page)), path
        assert anna.get(f"{path}?unit=L3").status_code == 404, path
    assert all("unit=" not in url for url, _name in menu(anna.get("/me").text))


def test_many_units_are_a_list_that_needs_no_script(app: Any, tenant: Any, people: Any) -> None:
    with app.app_context(), bind(tenant):
        db.session.execute(
            text(
                "INSERT INTO units (code, building_code, number, area, since_revision) "
                "SELECT 'G' || n, 'B1', 'garaż o bardzo długim oznaczeniu ' || n, 12, 1 FROM generate_series(1, 40) n"
            )
        )
        db.session.execute(
            text(
                "INSERT INTO occupancies (unit_code, person_code, role, from_on, since_revision) "
                "SELECT 'G' || n, 'anna', 'owner', '2020-01-01', 1 FROM generate_series(1, 40) n"
            )
        )
        db.session.commit()
    page = inspect(people("anna").get("/payments?unit=G40"))
    assert page.count("<option") >= 42 and '<option value="G40" selected>' in page


def test_a_lodger_sees_the_flat_but_no_debts_anywhere(people: Any) -> None:
    lodger = people("lodger")
    assert lodger.get("/").headers["Location"] == "/me", "the next tab: there are no settlements to see"
    pages = {path: inspect(lodger.get(path)) for path in PAGES}
    everything = " ".join(pages.values())
    assert "123,45" not in everything and "Opłata Anny" not in everything and "1111 1111" not in everything
    assert "Rozliczenia tego lokalu widzi jego właściciel" in pages["/payments"]
    assert "Gwiaździsta 14/1" in pages["/me/units"] and "485/10000" not in pages["/me/units"]
    assert "Parametry tego lokalu widzi jego właściciel" in pages["/me/charges"]
    for path in ("/payments", "/payments/entries"):
        own, unknown = lodger.get(f"{path}?unit=L1"), lodger.get(f"{path}?unit=NONE")
        assert own.status_code == unknown.status_code == 404


def test_a_proxy_sees_what_the_manager_lets_them(app: Any, tenant: Any, people: Any) -> None:
    proxy = people("proxy")
    assert "Gwiaździsta 14/2" in inspect(proxy.get("/payments")) and proxy.get("/payments?unit=L2").status_code == 200
    admin = Browser(app, tenant)
    with app.app_context(), bind(tenant):
        create_account(system("tests"), "szef", [], "admin", password=PASSWORD)
        work.commit()
    admin.log_in("szef")
    form = "/admin/configuration/holders"
    inspect(admin.get(form))
    assert admin.post(form, {"tenants_charges": "y"}, form=form).status_code == 303
    with app.app_context(), bind(tenant):
        assert settings.fresh(Holders) == Holders(True, False, False)
    forget(tenant.id)
    assert proxy.get("/payments?unit=L2").status_code == 404
    assert "Liczba osób" in inspect(people("lodger").get("/me/charges"))


def test_a_seller_sees_nothing_more_and_the_buyer_nothing_of_the_sellers(people: Any) -> None:
    seller, buyer = people("seller"), people("buyer")
    page = inspect(seller.get("/payments"))
    assert "Nie masz już żadnego lokalu" in page and "777" not in page
    assert seller.get("/payments?unit=L3").status_code == 404
    assert all(seller.get(path).status_code == 200 for path in PAGES)
    page = inspect(buyer.get("/payments"))
    assert "Opłata sprzedawcy" not in page and "777,00" in page, "the balance is the books'; the entries are his own"
    entries = inspect(buyer.get("/payments/entries"))
    assert "Opłata sprzedawcy" not in entries


def test_who_never_had_a_unit_is_told_so(people: Any) -> None:
    nobody = people("nobody")
    assert "Do tego konta nie jest przypisany żaden lokal" in inspect(nobody.get("/payments"))
    for path in PAGES:
        inspect(nobody.get(path))


def test_s3_17_letters_are_read_as_they_were_sent_and_only_by_their_addressees(
    app: Any, tenant: Any, people: Any
) -> None:
    anna, seller = people("anna"), people("seller")
    with app.app_context(), bind(tenant):
        body = "Dzień dobry, {imię} {nazwisko}! <b>Przegląd</b> w {lokal}.\n\nZarząd"
        letter = send(system("tests"), "Przegląd: {imię}", body, {"all": True})
        work.commit()
    assert "Przegląd: Anna" in inspect(anna.get("/news"))
    page = inspect(anna.get(f"/news/{letter}"))
    assert "Dzień dobry, Anna Żółć! &lt;b&gt;Przegląd&lt;/b&gt;" in page and "Gwiaździsta 14/1" in page
    assert "Nie ma jeszcze żadnych wiadomości" in inspect(seller.get("/news"))
    assert seller.get(f"/news/{letter}").status_code == anna.get("/news/AAAA").status_code == 404


def test_s3_19_contact_is_open_to_everybody(app: Any, tenant: Any, people: Any) -> None:
    with app.app_context(), bind(tenant):
        update_profile(
            system("tests"), phone="76 833 00 00", email="biuro@sm.example", street_line="ul. Rynek 1",
            city_line="67-200 Głogów", hours="pn 8-16", emergency="601 000 000",
            bank_account="61109010140000071219812874",
        )  # fmt: skip
        work.commit()
    for browser in (Browser(app, tenant), people("anna")):
        page = inspect(browser.get("/contact"))
        for word in ("76 833 00 00", "biuro@sm.example", "ul. Rynek 1", "pn 8-16", "601 000 000", "61 1090 1014"):
            assert word in page


def test_s3_16_documents_lead_to_the_terms(people: Any) -> None:
    page = inspect(people("anna").get("/documents"))
    assert "Regulamin" in page and 'href="/texts/terms"' in page


@pytest.mark.parametrize("path", ["/payments", "/payments?unit=L2"])
def test_the_page_that_most_people_open_asks_six_times_at_most_and_mostly_four_times(
    tenant: Any, people: Any, monkeypatch: Any, path: str
) -> None:
    anna = people("anna")
    anna.get(path)
    forget(tenant.id)
    board.forget_all()
    seen: list[str] = []
    convert, rows = DataCursor._convert_query, reading.rows

    def converted(cursor: DataCursor, query: Any, params: Any = None) -> Any:
        if str(query).strip(" ;"):
            seen.append(str(query))
        return convert(cursor, query, params)

    def read(statement: Any, values: Any) -> Any:
        seen.append(str(statement))
        return rows(statement, values)

    monkeypatch.setattr(DataCursor, "_convert_query", converted)
    monkeypatch.setattr(reading, "rows", read)
    for module in ("app.office.queries", "app.announcements.queries.board"):
        monkeypatch.setattr(f"{module}.KEPT_SECONDS", 600.0)  # however slow this machine is
    assert anna.get(path).status_code == 200
    assert len(seen) == 6, seen
    seen.clear()
    assert anna.get(path).status_code == 200
    assert len(seen) == 4, seen
