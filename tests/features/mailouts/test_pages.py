"""The staff's pages of mailouts: write, count, preview, send once, see the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.features.mailouts.test_mailouts import BOOKS, rows

PASSWORD = "Zielony-Kasztan-77"
FORM = "/admin/mailouts/new"


@pytest.fixture
def books(outbox: Any) -> Any:
    for statement in BOOKS.split(";\n"):
        if statement.strip():
            outbox.sql(statement)
    return outbox


@pytest.fixture
def staff(books: Any, client: Any) -> Callable[[str], Any]:
    """A browser in which somebody with this role is logged in."""

    def enter(role: str) -> Any:
        from app.accounts.commands import create_account
        from app.core import work
        from app.core.actor import system

        with books.bound():
            create_account(system("tests"), role, (), role, None, password=PASSWORD)
            work.commit()
        browser = client(books.tenant.slug)
        post(browser, "/login", login=role, password=PASSWORD)
        return browser

    return enter


def post(browser: Any, path: str, **fields: str) -> Any:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(path).text)
    assert token is not None
    return browser.post(path, data={**fields, "csrf_token": token[1]})


def csrf(browser: Any) -> str:
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/settings").text)
    assert token is not None
    return token[1]


def test_from_a_blank_form_to_the_result(staff: Any, books: Any, crooked: Any, mailer: Any) -> None:
    browser = staff("admin")
    assert "Nie było jeszcze żadnej wysyłki" in browser.get("/admin/mailouts").text
    text = {
        "audience": "places", "buildings": "B1", "email": "y", "subject": "Przegląd <b>", "body": "Dzień dobry {imię}",
        "form_key": "one-form",
    }  # fmt: skip
    counted = post(browser, FORM, action="count", **text)
    assert counted.status_code == 200
    assert "Lipowa 2" in counted.text
    written = [post(browser, FORM, action="preview", **text) for _click in range(2)]
    assert {answer.status_code for answer in written} == {303}
    assert len({answer.headers["Location"] for answer in written}) == 1
    check = written[0].headers["Location"]
    preview = browser.get(check)
    assert "Przegląd &lt;b&gt;" in preview.text
    assert "Dzień dobry Adam" in preview.text
    assert rows(books) == []
    send = check.replace("/check", "/send")
    sent = [browser.post(send, data={"csrf_token": csrf(browser)}) for _click in range(3)]
    assert {answer.status_code for answer in sent} == {303}
    assert len({answer.headers["Location"] for answer in sent}) == 1
    assert [row[0] for row in rows(books)] == ["person:P1", "person:P2", "person:P5"]
    place = sent[0].headers["Location"]
    assert "Wysyłamy" in browser.get(place).text
    assert 'data-hx-get="' in browser.get(f"{place}/progress").text
    books.turn(mailer)
    result = browser.get(place).text
    assert "Wysyłka zakończona" in result
    assert "Brak adresu e-mail" in result
    assert "Przegląd &lt;b&gt;" in browser.get("/admin/mailouts").text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"subject": ""}, "Podaj temat"),
        ({"subject": "a\nBcc: x@y.pl"}, "jednym wierszem"),
        ({"body": " "}, "Wpisz treść"),
        ({"audience": "places", "buildings": "B9"}, "B9"),
        ({"audience": "places", "buildings": ""}, "Nie wybrano odbiorców"),
        ({"audience": "all", "buildings": "B1"}, "Zostaw jedno z dwojga"),
        ({"arrears": "dużo"}, "Podaj kwotę w złotych"),
        ({"email": ""}, "przynajmniej jeden sposób"),
        ({"sms": "y", "sms_text": " "}, "Wpisz treść SMS-a"),
        ({"letter": "wszędzie"}, "Wybierz jedną z podanych możliwości"),
        ({"run_day": "31.02.2027"}, "Podaj dzień i godzinę"),
        ({"run_day": "2999-01-01"}, "w ciągu najbliższego roku"),
    ],
)
def test_refusals_stay_on_the_form(staff: Any, books: Any, changes: dict[str, str], sentence: str) -> None:
    browser = staff("admin")
    fields = {"audience": "all", "email": "y", "subject": "Temat", "body": "Treść", **changes}
    answer = post(browser, FORM, action="preview", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(books) == []


def test_who_may_what(staff: Any, books: Any) -> None:
    board = staff("board")
    assert board.get("/admin/mailouts").status_code == 200
    assert board.get(FORM).status_code == 404
    assert board.get("/admin/mailouts/no-such-mailout").status_code == 404
