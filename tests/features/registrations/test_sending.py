"""The public form: what is refused and where, what is taken, and that it tells nothing about anybody."""

from __future__ import annotations

import re
from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from app.registrations import rules, tokens
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.registrations.conftest import (
    THANKS,
    apply,
    at,
    earlier,
    filled_in,
    letters,
    opened_ways,
    rows,
    sent_in,
)
from tests.pages import inspect

Visitors = Callable[[], Browser]


def test_who_fills_in_the_form_reads_the_exact_thanks_and_waits_in_the_queue(books: Tenant, browser: Visitors) -> None:
    visitor = browser()
    answer = apply(visitor, books)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/register/sent")
    assert f"<p>{THANKS}</p>" in inspect(visitor.get("/register/sent"))
    with at(books):
        (row,) = rows()
        assert (row.state, row.way, row.first_name, row.last_name) == ("new", "form", "Anna", "Żółć")
        assert (row.email, row.phone, row.role) == ("anna@poczta.example", "+48601234567", "owner")
        assert (row.terms_version, row.privacy_version) == (0, 0)


def test_the_confirmation_is_a_copy_with_the_address_of_the_status_page(books: Tenant, browser: Visitors) -> None:
    apply(browser(), books)
    with at(books):
        (letter,) = letters("registration_received")
        assert letter.address == "anna@poczta.example"
        assert letter.context["copy"] == {
            "first_name": "Anna", "last_name": "Żółć", "role": "właściciel", "unit": "ul. Gwiaździsta 14 m. 1",
            "email": "anna@poczta.example", "phone": "+48601234567",
        }  # fmt: skip
        token = tokens.status_token(rows()[0].public_id)
        assert letter.context["status_url"] == f"http://{books.host}/register/{token}"


@pytest.mark.parametrize(
    "field", ["first_name", "last_name", "role", "unit", "email", "phone", "terms", "privacy", "code"]
)
def test_each_missing_field_is_named_at_the_field(books: Tenant, browser: Visitors, field: str) -> None:
    visitor = browser()
    answer = apply(visitor, books, **{field: ""})
    page = inspect(answer)
    assert answer.status_code == 422
    assert f'id="{field}-error"' in page or f'href="#{field}"' in page
    assert page.count('class="error"') == 1, "only the one that is missing"
    with at(books):
        assert rows() == []


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("first_name", "http://reklama.example"),
        ("first_name", "A" * 10_000),
        ("last_name", "<script>"),
        ("last_name", "Nowak 2"),
        ("unit", "gdzieś"),
        ("unit", "www.reklama.example 1"),
        ("unit", "ul. " * 2_500 + "1"),
        ("email", "anna"),
        ("email", "a" * 10_000 + "@poczta.example"),
        ("email", "anna@poczta.example\r\nBcc: b@poczta.example"),
        ("phone", "12"),
        ("phone", "6" * 10_000),
        ("role", "admin"),
        ("terms_version", "7"),
        ("terms_version", "x" * 10_000),
        ("code", "9" * 10_000),
        ("challenge", "x" * 10_000),
        ("trap", "reklama"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(books: Tenant, browser: Visitors, field: str, typed: str) -> None:
    answer = apply(browser(), books, **{field: typed})
    assert answer.status_code == 422
    assert 'class="error"' in inspect(answer)
    with at(books):
        assert rows() == []


@pytest.mark.parametrize("field", ["first_name", "unit", "email", "code", "challenge"])
def test_a_nul_is_refused_and_breaks_nothing(books: Tenant, browser: Visitors, field: str) -> None:
    assert apply(browser(), books, **{field: "An\0na"}).status_code in (400, 422)
    with at(books):
        assert rows() == []


def test_the_form_shows_the_terms_and_the_notice_with_the_versions(browser: Visitors) -> None:
    page = inspect(browser().get("/register"))
    assert 'id="terms-title"' in page and 'id="privacy-title"' in page
    assert 'name="terms_version" value="0"' in page


@pytest.mark.parametrize(("locale", "word"), [("en", "Register"), ("uk", "Реєстрація")])
def test_the_form_works_in_other_languages(books: Tenant, browser: Visitors, locale: str, word: str) -> None:
    from app.core import language

    visitor = browser()
    with language.use(locale):
        sent = filled_in(visitor.get(f"/register?lang={locale}").text)
    sent["challenge"] = earlier(books, sent["challenge"])
    assert visitor.post("/register", sent, form="/register").status_code == 303
    with at(books):
        assert rows()[0].locale == locale
        assert letters("registration_received")[0].locale == locale


def test_a_wrong_code_spends_the_question_and_keeps_what_was_written(books: Tenant, browser: Visitors) -> None:
    visitor = browser()
    sent = filled_in(visitor.get("/register").text)
    sent["challenge"] = earlier(books, sent["challenge"])
    right = sent["code"]
    wrong = str((int(right) + 1) % 10_000).zfill(4)
    answer = visitor.post("/register", sent | {"code": wrong}, form="/register")
    assert answer.status_code == 422 and 'value="Anna"' in answer.text
    assert visitor.post("/register", sent, form="/register").status_code == 422, "the question is spent"
    with at(books):
        assert rows() == []


def test_a_question_is_for_one_form_of_one_manager_and_for_two_hours(
    books: Tenant, new_tenant: Any, browser: Visitors
) -> None:
    visitor = browser()
    sent = filled_in(visitor.get("/register").text)
    old = earlier(books, sent["challenge"], seconds=7300)
    assert visitor.post("/register", sent | {"challenge": old}, form="/register").status_code == 422
    other = new_tenant()
    stranger = Browser(visitor.app, other)
    foreign = sent | {"challenge": earlier(books, sent["challenge"])}
    assert stranger.post("/register", foreign, form="/register").status_code == 422
    with at(other):
        assert rows() == []


def test_a_form_that_comes_in_an_instant_is_asked_for_again_with_all_that_was_typed(browser: Visitors) -> None:
    visitor = browser()
    sent = filled_in(visitor.get("/register").text)
    answer = visitor.post("/register", sent, form="/register")
    assert answer.status_code == 422 and 'value="Anna"' in answer.text and f'value="{sent["code"]}"' in answer.text


def test_one_form_sent_twice_is_one_application_and_both_answers_thank(books: Tenant, browser: Visitors) -> None:
    visitor = browser()
    sent = filled_in(visitor.get("/register").text)
    sent["challenge"] = earlier(books, sent["challenge"])
    for _ in range(2):
        assert visitor.post("/register", sent, form="/register").headers["Location"] == "/register/sent"
    with at(books):
        assert len(rows()) == 1 and len(letters("registration_received")) == 1


def test_twenty_at_once_are_one_application(app: Any, books: Tenant, browser: Visitors) -> None:
    sent = filled_in(browser().get("/register").text)
    sent["challenge"] = earlier(books, sent["challenge"])
    gate, answers = Barrier(8), []

    def send() -> None:
        with app.app_context():
            visitor = browser()
            visitor.get("/register")
            gate.wait()
            answers.append(visitor.post("/register", sent, form="/register").status_code)

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [303] * 8
    with at(books):
        assert len(rows()) == 1 and len(letters("registration_received")) == 1


def test_the_same_words_in_a_new_form_wait_only_once(books: Tenant, browser: Visitors) -> None:
    for _ in range(2):
        assert apply(browser(), books).status_code == 303
    with at(books):
        assert len(rows()) == 1
        assert len(letters("registration_received")) == 2, "who lost the first letter gets another"


def test_an_address_gets_three_confirmations_a_day_and_every_application_waits(
    books: Tenant, browser: Visitors
) -> None:
    for number in range(1, 6):
        assert apply(browser(), books, unit=f"Gwiaździsta 14/{number}").status_code == 303
    with at(books):
        assert len(rows()) == 5 and len(letters("registration_received")) == rules.LETTERS_A_DAY


def test_one_address_sends_twenty_forms_an_hour(books: Tenant, browser: Visitors) -> None:
    visitor = browser()
    codes = [apply(visitor, books, code="").status_code for _ in range(rules.SENDS_AN_ADDRESS)]
    assert set(codes) == {422}
    answer = apply(visitor, books)
    assert answer.status_code == 429 and int(answer.headers["Retry-After"]) > 0
    inspect(answer)


def test_the_answer_is_the_same_whether_person_email_or_account_exist(books: Tenant, browser: Visitors) -> None:
    with at(books):
        create_account(system("tests"), "O1", email="anna@poczta.example", password=PASSWORD)
        work.commit()
    answers = []
    for values in (
        {},
        {"first_name": "Nikt", "last_name": "Taki", "email": "nikt@poczta.example", "unit": "Nigdzie 1"},
    ):
        visitor = browser()
        answer = apply(visitor, books, **values)
        page = re.sub(r'value="[^"]*"|[A-Za-z0-9_-]{22}', "", visitor.get("/register/sent").text)
        answers.append((answer.status_code, answer.headers["Location"], page))
    assert answers[0] == answers[1]


def test_without_the_form_the_page_says_where_to_go_and_takes_nothing(books: Tenant, browser: Visitors) -> None:
    with at(books):
        opened_ways(form=False)
    visitor = browser()
    page = inspect(visitor.get("/register"))
    assert "niedostępne" in page and "/register/form.pdf" in page and 'name="first_name"' not in page
    assert visitor.post("/register", {"first_name": "Anna"}, form="/login").status_code == 404
    paper = visitor.get("/register/form.pdf")
    assert paper.mimetype == "application/pdf" and paper.data.startswith(b"%PDF-")


def test_without_any_way_the_page_names_the_office(books: Tenant, browser: Visitors) -> None:
    with at(books):
        opened_ways(form=False, paper=False)
    visitor = browser()
    page = inspect(visitor.get("/register"))
    assert "/register/form.pdf" not in page and "Zgłoś się do biura" in page
    assert visitor.get("/register/form.pdf").status_code == 404


def test_the_status_page_says_what_happens_and_that_it_may_take_days(books: Tenant, browser: Visitors) -> None:
    with at(books):
        _public_id, token = sent_in()
    answer = browser().get(f"/register/{token}")
    page = inspect(answer)
    assert "czeka na sprawdzenie przez biuro" in page and "kilka dni" in page and "Wycofuję wniosek" in page
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "601" not in page and "anna@" not in page, "who finds the link learns no contact data"


@pytest.mark.parametrize("token", ["nothing", "WzEsIngiXQ.abc", "x" * 5_000])
def test_an_invented_token_is_404(browser: Visitors, token: str) -> None:
    visitor = browser()
    assert visitor.get(f"/register/{token}").status_code == 404
    for deed in ("withdraw", "confirm", "answer"):
        assert visitor.post(f"/register/{token}/{deed}", {"answer": "x"}).status_code == 404


def test_a_token_of_another_manager_is_404(books: Tenant, new_tenant: Any, app: Any) -> None:
    with at(books):
        _public_id, token = sent_in()
    assert Browser(app, new_tenant()).get(f"/register/{token}").status_code == 404


def test_looking_at_the_status_page_confirms_nothing_and_the_button_does(books: Tenant, browser: Visitors) -> None:
    with at(books):
        _public_id, token = sent_in()
    visitor = browser()
    visitor.get(f"/register/{token}")
    with at(books):
        assert rows()[0].email_confirmed_at is None
    assert visitor.post(f"/register/{token}/confirm", {}, form=f"/register/{token}").status_code == 303
    with at(books):
        assert rows()[0].email_confirmed_at is not None
