"""Login, passwords and the office's pages, as a browser sees them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands
from app.accounts.commands.opening import issue_token
from app.core import work
from app.core.actor import system
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser, write_books

NEW = "Czerwony-Klon-88"
COOKIE = "osiedle"


@pytest.fixture
def estate(app: Any, tenant: Tenant) -> Tenant:
    """This test's tenant with small books, a resident, and staff of each kind; nothing stays bound."""
    with app.app_context(), bind(tenant):
        write_books()
        for login, role, email in (
            ("O1", "resident", "o1@poczta.example"),
            ("ewa", "admin", None),
            ("hanna", "clerk", None),
            ("irena", "board", None),
        ):
            commands.create_account(system("tests"), login, (), role, email, password=PASSWORD)
        work.commit()
    return tenant


def issued(app: Any, tenant: Tenant, login: str, purpose: str = "reset") -> str:
    with app.app_context(), bind(tenant):
        account = db.session.execute(
            text("SELECT id FROM accounts WHERE login = :login"), {"login": login}
        ).scalar_one()
        secret, _until = issue_token(account, purpose)
        work.commit()
    return secret


@pytest.mark.parametrize(("login", "first"), [("O1", "/"), ("ewa", "/admin/")])
def test_everybody_lands_on_their_own_first_page(
    estate: Tenant, browser: Callable[[], Browser], login: str, first: str
) -> None:
    answer = browser().log_in(login)
    assert (answer.status_code, answer.location) == (303, first)
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie" and value.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Domain" not in cookie


def test_after_login_a_resident_gets_where_they_wanted_on_this_host(
    estate: Tenant, browser: Callable[[], Browser]
) -> None:
    for wanted, reached in (
        ("/payments/entries?unit=L001", "/payments/entries?unit=L001"),
        ("/settings", "/settings"),
        ("/admin/residents", "/"),
        ("//e.example/", "/"),
        ("/\\e.example", "/"),
        ("https://e.example/", "/"),
        ("\t//e.example", "/"),
    ):
        assert browser().log_in("O1", next=wanted).location == reached


def test_a_wrong_password_and_a_wrong_login_give_the_same_page(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    pages = [visitor.log_in(login, "zle-haslo-77") for login in ("O1", "X1")]
    assert [page.status_code for page in pages] == [422, 422]
    known, unknown = (re.sub(r'value="[^"]{20,}"', "", page.text).replace("X1", "O1") for page in pages)
    assert known == unknown and "Nieprawidłowy login lub hasło." in known
    assert not any(cookie.startswith(f"{COOKIE}=") for page in pages for cookie in page.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"login": "O1"},
        {"password": PASSWORD},
        {"login": "x" * 10**6, "password": "y" * 10**6},
    ],
)
def test_a_form_that_cannot_be_right_is_shown_again(
    estate: Tenant, browser: Callable[[], Browser], data: dict[str, str]
) -> None:
    answer = browser().post("/login", data)
    assert answer.status_code == 422 and 'name="password"' in answer.text


def test_after_ten_failures_the_page_says_how_long_to_wait(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    answers = [visitor.log_in("O1", "zle-haslo-77") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 300
    assert "Za dużo nieudanych prób" in answers[-1].text


def test_a_login_without_the_token_of_the_form_is_refused(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    answer = visitor.client.post("/login", data={"login": "O1", "password": PASSWORD}, base_url=visitor.base_url)
    assert answer.status_code in (400, 403)


def test_logging_in_again_ends_the_session_before_and_gives_another_cookie(
    app: Any, estate: Tenant, browser: Callable[[], Browser]
) -> None:
    visitor = browser()
    first = visitor.log_in("O1").headers.getlist("Set-Cookie")
    page = visitor.get("/settings/password").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    data = {"login": "O1", "password": PASSWORD, "csrf_token": token[1]}
    second = visitor.client.post("/login", data=data, base_url=visitor.base_url).headers.getlist("Set-Cookie")
    assert first != second
    with app.app_context(), bind(estate):
        ended = db.session.execute(text("SELECT ended_at IS NOT NULL FROM account_sessions ORDER BY id")).scalars()
        assert list(ended) == [True, False]


def test_logging_out_ends_the_session_for_a_copy_of_the_cookie_too(
    estate: Tenant, browser: Callable[[], Browser]
) -> None:
    visitor, thief = browser(), browser()
    visitor.log_in("O1")
    cookie = visitor.client.get_cookie(COOKIE, domain=estate.host)
    thief.client.set_cookie(COOKIE, cookie.value, domain=estate.host)
    assert thief.get("/settings").status_code == 200
    assert visitor.get("/logout").status_code == 405
    answer = visitor.post("/logout", {}, form="/settings")
    assert (answer.status_code, answer.location) == (303, "/login")
    assert thief.get("/settings").location.startswith("/login")
    assert visitor.get("/settings").location.startswith("/login")


def test_a_start_password_opens_nothing_but_its_change(
    app: Any, estate: Tenant, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), bind(estate):
        commands.create_account(system("t"), "O3", password=PASSWORD, must_change=True)
        work.commit()
    visitor = browser()
    visitor.log_in("O3")
    for path in ("/", "/payments", "/settings"):
        assert visitor.get(path).location == "/settings/password"
    form = {"current": PASSWORD, "new": NEW, "repeat": NEW}
    answer = visitor.post("/settings/password", form, form="/settings/password")
    assert (answer.status_code, answer.location) == (303, "/welcome/contact")
    assert visitor.get("/settings").status_code == 200


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"current": PASSWORD, "new": NEW, "repeat": NEW + "x"}, "Oba nowe hasła muszą być takie same."),
        ({"current": "inne-haslo-77", "new": NEW, "repeat": NEW}, "Obecne hasło jest nieprawidłowe."),
        ({"current": PASSWORD, "new": "osiemzna", "repeat": "osiemzna"}, "co najmniej 10 znaków"),
        ({}, "Podaj obecne hasło."),
    ],
)
def test_a_password_change_that_is_refused_says_why_at_the_field(
    estate: Tenant, browser: Callable[[], Browser], form: dict[str, str], told: str
) -> None:
    visitor = browser()
    visitor.log_in("O1")
    answer = visitor.post("/settings/password", form, form="/settings/password")
    assert answer.status_code == 422 and told in answer.text
    assert PASSWORD not in answer.text and NEW not in answer.text


def test_staff_change_their_password_on_the_same_page(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    visitor.log_in("ewa")
    form = {"current": PASSWORD, "new": NEW, "repeat": NEW}
    assert visitor.post("/settings/password", form, form="/settings/password").location == "/settings"
    assert visitor.get("/settings").status_code == 200


def test_settings_show_who_i_am_in_the_books(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    visitor.log_in("O1")
    page = visitor.get("/settings").text
    for shown in ("Anna Żółć", "o1@poczta.example", "L001", "L002"):
        assert shown in page
    assert "L003" not in page


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(
    estate: Tenant, browser: Callable[[], Browser]
) -> None:
    visitor = browser()
    for pair in (("O1", "O9"), ("o1@poczta.example", "o9@poczta.example")):
        known, unknown = (
            visitor.post("/password/forgot", {"identifier": name}, form="/password/forgot") for name in pair
        )
        assert known.status_code == unknown.status_code == 200
        strip = re.compile(r'value="[^"]{30,}"')
        assert strip.sub("", known.text).replace(pair[0], "") == strip.sub("", unknown.text).replace(pair[1], "")
    assert 'name="login"' in known.text


def test_the_page_of_a_link_changes_nothing_until_its_form_is_sent(
    app: Any, estate: Tenant, browser: Callable[[], Browser]
) -> None:
    path = f"/password/reset/{issued(app, estate, 'O1')}"
    for _ in range(3):
        answer = browser().get(path)
        browser().client.head(path, base_url=f"http://{estate.host}")
        assert answer.status_code == 200 and answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
    visitor = browser()
    answer = visitor.post(path, {"password": NEW, "repeat": NEW}, form=path)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert "Hasło zostało zapisane" in visitor.get("/login").text
    assert visitor.log_in("O1", NEW).status_code == 303
    assert visitor.get(path).status_code == 404


def test_a_link_that_never_was_looks_like_one_that_was_used(estate: Tenant, browser: Callable[[], Browser]) -> None:
    for path in ("/password/reset/", "/activate/"):
        for secret in ("x", "A" * 43, "A" * 5000, "%ff%fe"):
            answer = browser().get(path + secret)
            assert answer.status_code == 404 and "Ten link już nie działa" in answer.text


def test_a_link_of_one_manager_does_not_open_at_another(
    estate: Tenant, app: Any, new_tenant: Callable[..., Tenant]
) -> None:
    secret = issued(app, estate, "O1")
    assert Browser(app, new_tenant()).get(f"/password/reset/{secret}").status_code == 404
    assert Browser(app, estate).get(f"/password/reset/{secret}").status_code == 200


def test_a_weak_password_on_a_link_is_explained_and_the_link_stays(
    app: Any, estate: Tenant, browser: Callable[[], Browser]
) -> None:
    path, visitor = f"/activate/{issued(app, estate, 'O1', 'activation')}", browser()
    answer = visitor.post(path, {"password": "1234567890", "repeat": "1234567890"}, form=path)
    assert answer.status_code == 422 and "zbyt łatwe" in answer.text
    assert visitor.post(path, {"password": NEW, "repeat": NEW}, form=path).status_code == 303


def test_the_office_finds_residents_by_what_it_knows_of_them(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    visitor.log_in("irena")
    everybody = {"Anna Żółć", "Bogdan Łoś", "Celina Wąs"}
    for asked, found in (
        ("", everybody),
        ("zolc", {"Anna Żółć"}),
        ("l003", {"Bogdan Łoś", "Celina Wąs"}),
        ("gwiazdzista 14/2", {"Anna Żółć"}),
        ("O2@POCZTA", {"Bogdan Łoś"}),
        ("%", set()),
        ("_", set()),
        ("\\", set()),
        ("' OR 1=1 --", set()),
    ):
        answer = visitor.get("/admin/residents", query_string={"q": asked})
        assert answer.status_code == 200
        assert {name for name in everybody if name in answer.text} == found, asked


def test_the_office_finds_a_resident_by_the_login_of_the_account(
    app: Any, estate: Tenant, browser: Callable[[], Browser]
) -> None:
    with app.app_context(), bind(estate):
        commands.create_account(system("t"), "zupelnie-inny", password=PASSWORD, person_code="O3")
        work.commit()
    visitor = browser()
    visitor.log_in("irena")
    assert "Celina Wąs" in visitor.get("/admin/residents?q=zupelnie").text


def test_one_resident_is_shown_with_titles_and_account(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    visitor.log_in("hanna")
    page = visitor.get("/admin/residents/O1").text
    for shown in ("Anna Żółć", "Gwiaździsta 14/1", "właściciel", "o1@poczta.example"):
        assert shown in page
    assert "31.12.2020" in visitor.get("/admin/residents/O2").text
    assert "/admin/accounts/new?person=O2" in visitor.get("/admin/residents/O2").text
    for code in ("O99", "o1", "%00", "..%2f"):
        assert visitor.get(f"/admin/residents/{code}").status_code == 404


def test_a_clerk_opens_an_account_and_sees_its_link_once(estate: Tenant, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    visitor.log_in("hanna")
    path = "/admin/accounts/new?person=O3"
    assert "L003" in visitor.get(path).text
    sent = {"login": "O3", "role": "resident", "units": "L003", "email": ""}
    page = visitor.post(path, sent, form=path)
    assert page.status_code == 200
    link = re.search(r"http://[^<\s]+/activate/[\w-]{43}", page.text)
    assert link and link[0].startswith(f"http://{estate.host}")
    assert browser().get(link[0].removeprefix(f"http://{estate.host}")).status_code == 200
    assert visitor.post(path, sent, form=path).status_code == 409


@pytest.mark.parametrize(
    "sent",
    [
        {"login": "szef", "role": "admin", "units": "", "email": ""},
        {"login": "nowy", "role": "resident", "units": "X9", "email": ""},
        {"login": "nowy", "role": "resident", "units": "", "email": "nie-adres"},
        {"login": "", "role": "resident"},
        {},
    ],
)
def test_a_new_account_that_is_refused_is_not_made(
    app: Any, estate: Tenant, browser: Callable[[], Browser], sent: dict[str, str]
) -> None:
    visitor = browser()
    visitor.log_in("hanna")
    answer = visitor.post("/admin/accounts/new", sent, form="/admin/accounts/new")
    assert answer.status_code == 422
    with app.app_context(), bind(estate):
        assert db.session.execute(text("SELECT count(*) FROM accounts")).scalar_one() == 5


@pytest.mark.parametrize("login", ["irena", "O1"])
def test_who_may_not_open_accounts_finds_no_such_page(
    estate: Tenant, browser: Callable[[], Browser], login: str
) -> None:
    visitor = browser()
    visitor.log_in(login)
    assert visitor.get("/admin/accounts/new").status_code == 404
    sent = {"login": "nowy", "role": "resident"}
    assert visitor.post("/admin/accounts/new", sent, form="/settings/password").status_code == 404
    if login == "O1":
        assert visitor.get("/admin/residents").status_code == 404
