"""The staff's pages of mailouts: write, count, preview, send once, see the result."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
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


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def test_from_a_blank_form_to_the_result(staff: Any, books: Any, crooked: Any, mailer: Any) -> None:
    browser = staff("admin")
    assert "Nie było jeszcze żadnej wysyłki" in browser.get("/admin/mailouts").text
    text = {"audience": "places", "buildings": "B1", "subject": "Przegląd <b>", "body": "Dzień dobry {imię}"}
    counted = post(browser, FORM, action="count", **text)
    assert counted.status_code == 200
    assert "Lipowa 2" in counted.text
    preview = post(browser, FORM, action="preview", **text)
    assert preview.status_code == 200
    assert "Przegląd &lt;b&gt;" in preview.text
    assert "Dzień dobry Adam" in preview.text
    assert rows(books) == []
    fields = hidden(preview.text)
    assert fields["form_key"]
    sent = [post(browser, FORM, action="send", **fields) for _click in range(3)]
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
    ],
)
def test_refusals_stay_on_the_form(staff: Any, books: Any, changes: dict[str, str], sentence: str) -> None:
    browser = staff("admin")
    fields = {"audience": "all", "building": "", "subject": "Temat", "body": "Treść", **changes}
    answer = post(browser, FORM, action="send", **fields)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(books) == []


def test_who_may_what(staff: Any, books: Any) -> None:
    board = staff("board")
    assert board.get("/admin/mailouts").status_code == 200
    assert board.get(FORM).status_code == 404
    assert board.get("/admin/mailouts/no-such-mailout").status_code == 404
