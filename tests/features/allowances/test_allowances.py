"""Dodatki mieszkaniowe: the person on the decision sees all of it, everybody else at the unit nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from typing import Any

import pytest

from app.accounts.commands import create_account
from app.allowances import rules
from app.allowances.rules import Credit
from app.core.actor import system
from app.core.clock import today
from tests.features.accounts.conftest import PASSWORD
from tests.pages import inspect
from tests.paper import page_words

PAGE = "/me/allowances"
WORDS = ("DM/77/2026", "GOPS", "odatek mieszkaniowy", "odatki mieszkaniowe", "Dodatek")


@pytest.fixture
def granted(books: Any) -> Any:
    """Anna has a decision for L2, whose proxy is Piotr and whose co-owner is Beata; one credit of this month."""
    first = today().replace(day=1)
    books.holds("buyer", "L2", "co-owner")
    books.decide("DM/77/2026", "anna", "L2", first, first + timedelta(days=170), 25050)
    books.book("A1", "L2", "allowance", today(), -25050, "Dodatek mieszkaniowy", document="DM/77/2026",
               period=f"{today():%Y-%m}")  # fmt: skip
    books.book("A2", "L2", "charge", today(), 40000, "Czynsz", due=today() + timedelta(days=3))
    return books


def test_s1_05_the_holder_sees_decision_period_amount_and_what_was_credited(granted: Any, people: Any) -> None:
    page = inspect(people("anna").get(PAGE)).replace("\u00a0", " ")
    for words in ("DM/77/2026", "GOPS Głogów", "250,50 zł", "obowiązuje", f"{today():%d.%m.%Y}", "Gwiaździsta 14/2"):
        assert words in page, words
    assert "Dodatki mieszkaniowe" in inspect(people("anna").get("/me"))


@pytest.mark.parametrize("who", ["proxy", "buyer"])
def test_co_owners_and_proxies_find_no_trace_of_it_and_the_sums_are_right(granted: Any, people: Any, who: str) -> None:
    browser = people(who)
    money = ("/payments", *(f"/payments/{name}" for name in ("entries", "entries?view=all", "proof", "changes")))
    days = ("/payments/calendar", "/payments/calendar?view=list", "/payments/calendar/feed")
    for path in (PAGE, "/me", "/me/units", "/me/charges", *money, *days):
        page = inspect(browser.get(f"{path}{'&' if '?' in path else '?'}unit=L2"))
        page = page.replace('value="allowance"', "").replace("Dodatek mieszkaniowy</option>", "")
        found = [word for word in WORDS[:3] if word in page and path != PAGE]
        assert not found, (path, found)
        assert WORDS[0] not in page
    balance = inspect(browser.get("/payments?unit=L2")).replace("\u00a0", " ")
    assert "149,50" in balance and "Wpłata" in balance


def test_the_kinds_of_entries_cannot_be_asked_for_it_either(granted: Any, people: Any) -> None:
    for who, seen in (("anna", True), ("buyer", False)):
        page = inspect(people(who).get("/payments/entries?unit=L2&kind=allowance"))
        assert ("<tbody>" in page) is seen, who


def test_no_file_that_a_co_owner_takes_home_tells_of_it(granted: Any, people: Any) -> None:
    year = f"unit=L2&year={today().year}"
    for who, told in (("anna", True), ("buyer", False)):
        browser = people(who)
        csv = browser.get(f"/payments/entries.csv?{year}").get_data().decode("utf-8-sig")
        book = browser.get(f"/payments/entries.xlsx?{year}")
        with zipfile.ZipFile(io.BytesIO(book.data)) as archive:
            cells = " ".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
        paper = " ".join(page_words(browser.get(f"/payments/entries.pdf?{year}").data))
        for content in (csv, cells, paper):
            assert content and ("DM/77/2026" in content) is told, (who, content[:500])
            assert ("odatekmieszkaniowy" in content.replace(" ", "")) is told, (who, content[:500])
        found = browser.get("/payments/entries/document?unit=L2&number=DM/77/2026")
        assert (found.status_code == 200) is told and (told or found.status_code == 404)


def test_the_holder_sees_the_credit_by_its_name(granted: Any, people: Any) -> None:
    assert "Dodatek mieszkaniowy" in inspect(people("anna").get("/payments?unit=L2"))


def test_a_copy_of_ones_data_holds_ones_own_allowance_only(granted: Any, people: Any) -> None:
    from app.accounts.models import Account
    from app.core.actor import Actor, Role
    from app.personal.collecting import tables

    def copy(login: str) -> str:
        def read() -> str:
            from tenants.db import db

            account = db.session.query(Account).filter_by(login=login).one()
            who = Actor(kind="account", login=login, account_id=account.id, role=Role.RESIDENT, person_code=login)
            return "\n".join(str(table.rows) for table in tables(who, today()))

        return str(granted.do(read))

    assert "DM/77/2026" in copy("anna") and "'allowance'" in copy("anna")
    assert "DM/77/2026" not in copy("buyer") and "'allowance'" not in copy("buyer") and "250.5" in copy("buyer")


def test_without_a_decision_there_is_no_tab_and_the_page_says_so(people: Any) -> None:
    page = inspect(people("anna").get(PAGE))
    assert "Nie ma tu żadnej decyzji" in page
    assert f'href="{PAGE}' not in inspect(people("anna").get("/me"))


def test_two_holders_at_one_unit_each_see_their_own_credits(granted: Any, people: Any) -> None:
    first = today().replace(day=1)
    granted.decide("DM/88/2026", "buyer", "L2", first, first + timedelta(days=170), 10000)
    granted.book("A3", "L2", "allowance", today(), -10000, "Dodatek drugi", period=f"{today():%Y-%m}")
    anna, beata = (inspect(people(who).get(f"{PAGE}?unit=L2")).replace("\u00a0", " ") for who in ("anna", "buyer"))
    assert "250,50" in anna and "100,00" not in anna and "DM/88" not in anna
    assert "100,00" in beata and "250,50" not in beata and "DM/77" not in beata


def test_who_rents_sees_the_decision_but_not_the_owners_account(granted: Any, people: Any) -> None:
    granted.decide("DM/99/2026", "lodger", "L1", today(), today() + timedelta(days=100), 15000)
    page = inspect(people("lodger").get(PAGE)).replace("\u00a0", " ")
    assert "DM/99/2026" in page and "150,00 zł" in page and "Zaksięgowano" not in page


def test_staff_who_see_with_a_residents_eyes_see_no_decision(app: Any, tenant: Any, granted: Any, people: Any) -> None:
    granted.do(lambda: create_account(system("tests"), "szef", [], "admin", password=PASSWORD))
    inspect(people("anna").get(PAGE))
    [(account,)] = granted.sql("SELECT public_id FROM accounts WHERE login = 'anna'")
    staff = people("szef")
    page = f"/admin/accounts/{account}"
    assert staff.post(f"{page}/watch", {}, form=page).status_code == 303
    assert staff.get(PAGE).status_code == 404
    for path in ("/me", "/payments", "/payments/entries", "/payments/calendar?view=list"):
        seen = inspect(staff.get(f"{path}{'&' if '?' in path else '?'}unit=L2"))
        assert "Podgląd portalu oczami mieszkańca" in seen, path
        assert "DM/77/2026" not in seen and PAGE not in seen, path
        assert "Dodatek mieszkaniowy" not in seen.replace("Dodatek mieszkaniowy</option>", ""), path


def test_credits_are_matched_by_month_and_what_lacks_is_seen() -> None:
    months = rules.matched(
        date(2026, 1, 1), date(2026, 3, 31), 100,
        [Credit(date(2026, 1, 9), date(2026, 1, 1), 100), Credit(date(2026, 2, 9), date(2026, 2, 1), 60),
         Credit(date(2026, 2, 20), date(2026, 2, 1), 40), Credit(date(2026, 4, 9), date(2026, 4, 1), 100)],
    )  # fmt: skip
    assert [(month.first.month, month.credited, month.is_whole) for month in months] == [
        (1, 100, True),
        (2, 100, True),
        (3, 0, False),
    ]
    assert months[2].is_late(date(2026, 4, 1)) and not months[2].is_late(date(2026, 3, 31))


def test_a_decision_without_an_end_does_not_fill_the_page() -> None:
    assert len(rules.matched(date(1900, 1, 1), date(9999, 12, 31), 100, [])) == rules.MOST_MONTHS
