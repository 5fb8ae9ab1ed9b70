"""A correction asked for: what a resident fills in comes to the office as a conversation."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import system
from app.office import settings
from app.office.portal_rules import MenuRules
from app.office.queries import forget
from tenants.context import bind
from tests.pages import inspect

KEY = re.compile(r'name="form_key"[^>]* value="([^"]+)"')
UNIT, PERSON = "/me/units/correction?unit=L1", "/me/correction"


def ask(browser: Any, path: str, **fields: Any) -> Any:
    key = KEY.search(browser.get(path).text)
    assert key is not None
    return browser.post(path, {"form_key": key[1], "since": "", "reason": "", **fields}, form=path)


def threads(app: Any, tenant: Any) -> list[Any]:
    from tenants.db import db

    statement = (
        "SELECT t.category, t.unit_code, t.subject, m.body FROM message_threads t JOIN messages m ON m.thread_id = t.id"
    )
    with app.app_context(), bind(tenant):
        return [tuple(row) for row in db.session.execute(text(statement))]


def test_a_correction_of_a_unit_is_a_conversation_that_says_what_is_and_what_should_be(
    app: Any, tenant: Any, people: Any
) -> None:
    anna = people("anna")
    inspect(anna.get(UNIT))
    answer = ask(anna, UNIT, what="persons", should="2 osoby", since="2026-12-01", reason="Córka się\nwyprowadziła.")
    assert answer.status_code == 303 and answer.headers["Location"].startswith("/messages/")
    assert threads(app, tenant) == [
        (
            "data",
            "L1",
            "Poprawka danych lokalu L1: Liczba osób",
            "Proszę o poprawkę: Liczba osób\nW ewidencji jest: 3\nPowinno być: 2 osoby\nOd dnia: 01.12.2026\n\n"
            "Córka się\nwyprowadziła.",
        )
    ]
    for path in ("/me", "/me/units", "/me/charges"):
        assert "Poprawka danych lokalu L1: Liczba osób" in inspect(anna.get(path)), path
    assert "Poprawka danych" not in people("lodger").get("/me/units").text


def test_a_correction_of_contact_data_names_no_unit_and_is_sent_once(app: Any, tenant: Any, people: Any) -> None:
    anna = people("anna")
    fields = {"form_key": "ten-sam", "what": "address", "should": "Lipowa 3, 67-200 Głogów", "since": "", "reason": ""}
    for _again in range(2):
        assert anna.post(PERSON, fields, form=PERSON).status_code == 303
    [(category, unit, subject, body)] = threads(app, tenant)
    assert (category, unit, subject) == ("data", None, "Poprawka danych: Adres do korespondencji")
    assert "Lipowa 3" in body


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"what": "", "should": "2"}, "Wybierz, co poprawić."),
        ({"what": "balance", "should": "0"}, "Wybierz, co poprawić."),
        ({"what": "persons", "should": "  "}, "Podaj, jak powinno być."),
        ({"what": "persons", "should": "x" * 10_000}, "Skróć do 500 znaków"),
        ({"what": "persons", "should": "2", "since": "wczoraj"}, "Podaj dzień jako rok-miesiąc-dzień"),
        ({"what": "persons", "should": "2", "reason": "x" * 10_000}, "najwyżej 4000 znaków"),
    ],
)
def test_what_cannot_be_sent_is_said_at_its_field(
    app: Any, tenant: Any, people: Any, fields: dict[str, str], words: str
) -> None:
    answer = ask(people("anna"), UNIT, **fields)
    assert answer.status_code == 422 and words in inspect(answer)
    assert threads(app, tenant) == []


def test_nobody_asks_about_a_unit_of_others(people: Any) -> None:
    for who in ("buyer", "nobody"):
        assert people(who).get(UNIT).status_code == 404
    assert people("nobody").get("/me/units/correction").status_code == 404
    inspect(people("nobody").get(PERSON))


def test_a_lodger_is_not_told_what_only_the_owner_may_know(people: Any) -> None:
    page = inspect(people("lodger").get(UNIT))
    assert "48,50 m²" in page and "485/10000" not in page and "<dd" in page
    assert ">3</dd>" not in page


def test_where_residents_cannot_write_they_are_told_whom_to_call(app: Any, tenant: Any, people: Any) -> None:
    anna = people("anna")
    with app.app_context(), bind(tenant):
        settings.write(system("tests"), MenuRules(off=("messages",)))
        work.commit()
    forget(tenant.id)
    assert anna.get(PERSON).status_code == 404
    assert "Zadzwoń do biura" in inspect(anna.get("/me")) and PERSON not in anna.get("/me").text
