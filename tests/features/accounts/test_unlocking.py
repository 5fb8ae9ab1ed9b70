"""Getting in again after too many attempts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands, jobs, rules
from app.accounts.commands import Created
from app.accounts.commands.codes import issue_code
from app.core import throttle, work
from app.core.actor import system
from app.core.errors import Refused
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.accounts.test_letters import work_off
from tests.post import Post

Opened = Callable[..., Created]
HERE = "192.0.2.1"


def lock(login: str) -> None:
    for number in range(rules.LOGIN_LIMIT):
        with pytest.raises(Refused):
            commands.log_in(login, "x" * 200, f"203.0.113.{number}", "tests")


def sent() -> list[tuple[str, str, bool]]:
    rows = db.session.execute(
        text("SELECT channel, address, secret FROM outbox_items WHERE letter = 'unlock_code' ORDER BY id")
    )
    return [(row.channel, row.address, row.secret) for row in rows]


def ask(identifier: str, channel: str = "email") -> None:
    commands.ask_unlock(identifier, channel, HERE)
    waiting = text("DELETE FROM jobs WHERE name = 'accounts.send_unlock' RETURNING args")
    for args in db.session.execute(waiting).scalars().all():
        jobs.send_unlock(**args)
    work.commit()


def test_a_code_from_the_letter_unlocks_at_once(
    app: Any, tenant: Tenant, browser: Callable[[], Browser], post: Post
) -> None:
    address = f"anna@{tenant.slug}.example"
    with app.app_context(), bind(tenant):
        commands.create_account(system("t"), "L000123", email=address, password=PASSWORD)
        work.commit()
        lock("L000123")
    visitor = browser()
    page = visitor.log_in("L000123")
    assert page.status_code == 429 and 'href="/unlock"' in page.text
    asked = visitor.post("/unlock", {"identifier": "L000123", "channel": "email"}, form="/unlock")
    assert asked.status_code == 200
    work_off(app, tenant)
    (letter,) = post.to(address)
    code = re.search(r"(?<!\w)(\d{6})(?!\w)", letter.get_body(("plain",)).get_content())
    assert code
    assert visitor.post("/unlock/code", {"identifier": "L000123", "code": "000000"}, form="/unlock").status_code == 422
    spaced = f" {code[1][:3]} {code[1][3:]} "
    done = visitor.post("/unlock/code", {"identifier": "L000123", "code": spaced}, form="/unlock")
    assert (done.status_code, done.location) == (303, "/login")
    assert visitor.log_in("L000123").status_code == 303
    again = visitor.post("/unlock/code", {"identifier": "L000123", "code": code[1]}, form="/unlock")
    assert again.status_code == 422


def test_the_code_comes_by_the_way_that_was_asked_or_the_only_one_there_is(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example")
    opened("O2", email="o2@poczta.example")
    opened("O3")
    db.session.execute(text("UPDATE accounts SET phone = '+48601234567' WHERE login IN ('O2', 'O3')"))
    work.commit()
    ask("O1", "sms")
    ask("O2", "sms")
    ask("o2@poczta.example", "email")
    ask("O3", "email")
    assert sent() == [
        ("email", "o1@poczta.example", True), ("sms", "+48601234567", True), ("email", "o2@poczta.example", True),
        ("sms", "+48601234567", True),
    ]  # fmt: skip


def test_nothing_is_sent_where_nobody_is_meant(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    opened("O2", email="dom@poczta.example")
    opened("O3", email="dom@poczta.example")
    opened("blocked", email="b@poczta.example")
    db.session.execute(text("UPDATE accounts SET status = 'blocked' WHERE login = 'blocked'"))
    work.commit()
    for typed in ("O1", "nobody", "dom@poczta.example", "blocked", "", "\0", "x" * 10**5, "\ud800"):
        ask(typed)
    assert sent() == []


def test_the_page_says_the_same_to_everybody(app: Any, tenant: Tenant, browser: Callable[[], Browser]) -> None:
    with app.app_context(), bind(tenant):
        commands.create_account(system("t"), "L1", email="l1@poczta.example", password=PASSWORD)
        work.commit()
    visitor = browser()
    form = {"channel": "email"}
    pages = [visitor.post("/unlock", {**form, "identifier": typed}, form="/unlock").text for typed in ("L1", "L2")]
    tries = [
        visitor.post("/unlock/code", {"identifier": typed, "code": "123456"}, form="/unlock") for typed in ("L1", "L2")
    ]
    plain = [re.sub(r'value="[^"]*"', "", page) for page in (*pages, *(answer.text for answer in tries))]
    assert plain[0] == plain[1] and plain[2] == plain[3]
    assert [answer.status_code for answer in tries] == [422, 422]


def test_five_wrong_codes_use_up_the_right_one(inside: Tenant, opened: Opened) -> None:
    made = opened("O1", email="o1@poczta.example")
    code = issue_code(made.account.id, "unlock")
    work.commit()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _each in range(rules.CODE_TRIES):
        with pytest.raises(Refused, match="nieprawidłowy"):
            commands.use_unlock("O1", wrong, HERE)
        db.session.rollback()
    with pytest.raises(Refused, match="nieprawidłowy"):
        commands.use_unlock("O1", code, HERE)


@pytest.mark.parametrize("broken", ["expired", "other purpose", "other account"])
def test_a_code_that_is_not_quite_right_is_none(inside: Tenant, opened: Opened, broken: str) -> None:
    made = opened("O1", email="o1@poczta.example")
    opened("O2", email="o2@poczta.example")
    code = issue_code(made.account.id, "phone" if broken == "other purpose" else "unlock")
    if broken == "expired":
        db.session.execute(text("UPDATE account_tokens SET expires_at = now()"))
    work.commit()
    with pytest.raises(Refused, match="nieprawidłowy"):
        commands.use_unlock("O2" if broken == "other account" else "O1", code, HERE)


def test_a_code_of_one_manager_is_none_at_another(
    context: Any, tenant: Tenant, new_tenant: Callable[..., Tenant], opened: Opened
) -> None:
    with bind(tenant):
        code = issue_code(opened("O1", email="o1@poczta.example").account.id, "unlock")
        work.commit()
    with bind(new_tenant()):
        opened("O1", email="o1@poczta.example")
        with pytest.raises(Refused, match="nieprawidłowy"):
            commands.use_unlock("O1", code, HERE)
    with bind(tenant):
        commands.use_unlock("O1", code, HERE)


def test_unlocking_does_not_forget_what_an_address_did(inside: Tenant, opened: Opened) -> None:
    made = opened("O1", email="o1@poczta.example")
    address = f"login:address:{HERE}"
    for _each in range(3):
        throttle.count(address, rules.ADDRESS_WINDOW)
    code = issue_code(made.account.id, "unlock")
    work.commit()
    commands.use_unlock("O1", code, HERE)
    assert throttle.count(address, rules.ADDRESS_WINDOW) == 4


def test_one_address_asks_for_twenty_codes_an_hour_and_an_account_gets_five(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example")
    for number in range(20):
        commands.ask_unlock("O1", "email", "192.0.2.77")
        jobs.send_unlock(identifier="o1", channel="email") if number < 9 else None
        work.commit()
    assert len(sent()) == rules.CODES_LIMIT
    with pytest.raises(rules.TooMany) as refusal:
        commands.ask_unlock("O1", "email", "192.0.2.77")
    assert 0 < refusal.value.retry_after <= rules.UNLOCK_WINDOW
