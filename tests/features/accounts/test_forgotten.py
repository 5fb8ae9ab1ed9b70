"""Nie pamiętam hasła: one answer for everybody, a link or a temporary password, and never a stranger's host."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands, policies, rules
from app.accounts.commands import Created
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.errors import Refused
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser, sessions_of
from tests.features.accounts.test_letters import link_in, work_off
from tests.post import Post

Opened = Callable[..., Created]
HERE, NEW = "192.0.2.1", "Czerwony-Klon-88"
FORGOT = "/password/forgot"
ADMIN = Actor(kind="account", login="admin", role=Role.ADMIN, can=rights(Role.ADMIN))


@pytest.fixture
def house(app: Any, tenant: Tenant) -> str:
    """An address that five accounts share; L1 has one of its own, L7 none."""
    address = f"dom@{tenant.slug}.example"
    with app.app_context(), bind(tenant):
        commands.create_account(system("t"), "L1", email=f"l1@{tenant.slug}.example", password=PASSWORD)
        for number in range(2, 7):
            commands.create_account(system("t"), f"L{number}", email=address, password=PASSWORD)
        commands.create_account(system("t"), "L7", password=PASSWORD)
        work.commit()
    return address


def set_access(app: Any, tenant: Tenant, **values: Any) -> None:
    with app.app_context(), bind(tenant):
        policies.write(ADMIN, policies.password_policy(), replace(policies.access(), **values), policies.sessions())
        work.commit()


def plain(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)


def test_one_page_answers_everybody_with_both_sentences(house: str, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    by_login = {plain(visitor.post(FORGOT, {"identifier": each}, form=FORGOT).text) for each in ("L1", "L7", "nikt")}
    by_email = {
        plain(visitor.post(FORGOT, {"identifier": each}, form=FORGOT).text)
        for each in (house, "nikt@poczta.example", house.replace("dom", "l1"))
    }
    assert len(by_login) == len(by_email) == 1
    for page in by_login | by_email:
        assert "Jeśli konto ma potwierdzony adres e-mail" in page
        assert "skontaktuj się z biurem zarządcy" in page
    assert all('name="login"' in page for page in by_email) and not any('name="login"' in page for page in by_login)


def test_an_address_of_five_accounts_asks_for_the_login_and_resets_that_one_only(
    app: Any, tenant: Tenant, house: str, browser: Callable[[], Browser], post: Post
) -> None:
    visitor = browser()
    page = visitor.post(FORGOT, {"identifier": house}, form=FORGOT).text
    assert "Podaj także login konta" in page
    work_off(app, tenant)
    assert post.to(house) == []
    visitor.post(FORGOT, {"identifier": house, "login": "l4"}, form=FORGOT)
    work_off(app, tenant)
    (letter,) = post.to(house)
    path = link_in(letter, tenant, "/password/reset")
    visitor.post(path, {"password": NEW, "repeat": NEW}, form=path)
    outcome = {login: browser().log_in(login, NEW).status_code for login in ("L2", "L3", "L4", "L5", "L6")}
    assert outcome == {"L2": 422, "L3": 422, "L4": 303, "L5": 422, "L6": 422}


def test_asking_takes_as_long_for_a_login_that_does_not_exist(house: str, browser: Callable[[], Browser]) -> None:
    visitor, taken = browser(), {"L1": [], "nikt": []}  # type: ignore[var-annotated]
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(FORGOT).text)
    assert token
    for _each in range(9):
        for typed, times in taken.items():
            started = time.perf_counter()
            visitor.client.post(FORGOT, data={"identifier": typed, "csrf_token": token[1]}, base_url=visitor.base_url)
            times.append(time.perf_counter() - started)
    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) < max(0.02, 0.5 * known)


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "zly.example"},
        {"X-Host": "zly.example", "X-Original-URL": "http://zly.example/", "Forwarded": "host=zly.example"},
        {"Referer": "http://zly.example/"},
    ],
)
def test_the_link_leads_to_the_managers_own_address_whatever_the_headers_say(
    app: Any, tenant: Tenant, house: str, browser: Callable[[], Browser], post: Post, headers: dict[str, str]
) -> None:
    visitor = browser()
    answer = visitor.post(FORGOT, {"identifier": "L1"}, form=FORGOT, headers=headers)
    assert answer.status_code == 200 and "zly.example" not in answer.text
    work_off(app, tenant)
    letter = post.to(f"l1@{tenant.slug}.example")[-1]
    assert link_in(letter, tenant, "/password/reset") and "zly.example" not in letter.as_string()


@pytest.mark.parametrize("host", ["zly.example", "{host}.zly.example", "{host}@zly.example", "zly.example#{host}"])
def test_a_strange_host_is_nobodys_and_sends_nothing(
    app: Any, tenant: Tenant, house: str, browser: Callable[[], Browser], host: str
) -> None:
    visitor = browser()
    token = re.search(r'name="csrf_token" value="([^"]+)"', visitor.get(FORGOT).text)
    assert token
    answer = visitor.client.post(
        FORGOT,
        data={"identifier": "L1", "csrf_token": token[1]},
        base_url=visitor.base_url,
        headers={"Host": host.format(host=tenant.host)},
    )
    assert answer.status_code in (400, 403, 404)
    with app.app_context(), bind(tenant):
        assert db.session.execute(text("SELECT count(*) FROM jobs WHERE name = 'accounts.send_reset'")).scalar() == 0


def temporary(app: Any, tenant: Tenant, visitor: Browser, post: Post, login: str = "L1") -> str:
    answer = visitor.post(FORGOT, {"identifier": login}, form=FORGOT)
    assert "hasłem tymczasowym" in answer.text
    work_off(app, tenant)
    body = post.to(f"l1@{tenant.slug}.example")[-1].get_body(("plain",)).get_content()
    found = re.search(r"^([A-Z][a-z]{3}(?:-\w{4})+)\r?$", body, re.M)
    assert found, body
    assert "/password/reset/" not in body and "L1" not in body
    return found[1]


def test_a_temporary_password_works_once_and_opens_nothing_but_the_choice_of_another(
    app: Any, tenant: Tenant, house: str, browser: Callable[[], Browser], post: Post
) -> None:
    set_access(app, tenant, reset="temporary")
    visitor = browser()
    given = temporary(app, tenant, visitor, post)
    with app.app_context(), bind(tenant):
        account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'L1'")).scalar_one()
    for said in (given, f"temporary:{tenant.id}:{account}:{given}"):
        path = f"/password/reset/{said}"
        assert visitor.get(path).status_code == 404, "it is no link, at which nobody counts the guesses"
    answer = visitor.log_in("L1", given)
    assert answer.status_code == 303 and re.fullmatch(r"/password/reset/[\w-]{43}", answer.location)
    assert visitor.get("/settings").location.startswith("/login"), "no session was opened"
    assert browser().log_in("L1", given).status_code == 422
    assert browser().log_in("L1", PASSWORD).status_code == 303, "the lasting password works until another is chosen"
    given = temporary(app, tenant, visitor, post)
    path = visitor.log_in("L1", given).location
    assert visitor.post(path, {"password": NEW, "repeat": NEW}, form=path).status_code == 303
    assert browser().log_in("L1", PASSWORD).status_code == 422 and browser().log_in("L1", given).status_code == 422
    assert browser().log_in("L1", NEW).status_code == 303
    with app.app_context(), bind(tenant):
        kept = db.session.execute(text("SELECT i::text FROM outbox_items i")).scalars().all()
        kept += db.session.execute(text("SELECT t::text FROM account_tokens t")).scalars().all()
    assert not any(given in line for line in kept)


@pytest.mark.parametrize("broken", ["expired", "other login", "blocked", "newer"])
def test_a_temporary_password_that_is_not_quite_right_is_none(
    app: Any, tenant: Tenant, house: str, browser: Callable[[], Browser], post: Post, broken: str
) -> None:
    set_access(app, tenant, reset="temporary", temporary_hours=1)
    visitor = browser()
    given = temporary(app, tenant, visitor, post)
    if broken == "newer":
        temporary(app, tenant, visitor, post)
    with app.app_context(), bind(tenant):
        if broken == "expired":
            db.session.execute(text("UPDATE account_tokens SET expires_at = expires_at - interval '61 minutes'"))
        elif broken == "blocked":
            db.session.execute(text("UPDATE accounts SET status = 'blocked' WHERE login = 'L1'"))
        work.commit()
    answer = browser().log_in("L2" if broken == "other login" else "L1", given)
    assert answer.status_code == 422 and "Nieprawidłowy login lub hasło." in answer.text


def test_a_reset_ends_the_old_password_and_every_session(inside: Tenant, opened: Opened) -> None:
    from app.accounts.commands.opening import issue_token

    made = opened("O1", email="o1@poczta.example")
    commands.log_in("O1", PASSWORD, HERE, "t")
    work.commit()
    secret, _until = issue_token(made.account.id, "reset")
    work.commit()
    commands.use_token("reset", secret, NEW)
    work.commit()
    assert sessions_of("O1") == [False]
    with pytest.raises(Refused):
        commands.log_in("O1", PASSWORD, HERE, "t")


def test_a_nul_or_ten_thousand_signs_are_refused_everywhere(house: str, browser: Callable[[], Browser]) -> None:
    visitor = browser()
    for value, statuses in (("a\0b", (400,)), ("x" * 10_000, (200, 422))):
        assert visitor.post(FORGOT, {"identifier": value}, form=FORGOT).status_code in statuses
        assert visitor.log_in("L1", value).status_code in (400, 422)
        assert visitor.log_in(value, value).status_code in (400, 422)
    started = time.perf_counter()
    with pytest.raises(Refused):
        rules.checked_password("x" * 10_000, login="L1", tenant_name="T")
    assert time.perf_counter() - started < 0.1
