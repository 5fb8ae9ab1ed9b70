"""Changing a password, and getting back in without one."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands, jobs, queries, rules
from app.accounts.commands import Created
from app.accounts.commands.opening import issue_token
from app.accounts.commands.passwords import Asked
from app.core import work
from app.core.actor import Actor
from app.core.errors import NotThere, Refused
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, letters, sessions_of

Opened = Callable[..., Created]
HERE = "192.0.2.1"
NEW = "Czerwony-Klon-88"


def enter(login: str, password: str = PASSWORD) -> Actor:
    secret = commands.log_in(login, password, HERE, "tests")
    work.commit()
    visit = queries.visitor(secret)
    assert visit is not None
    return visit.actor


def link_for(login: str, purpose: str = "reset") -> str:
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = :login"), {"login": login}).scalar_one()
    secret, _until = issue_token(account, purpose)
    work.commit()
    return secret


def ask(identifier: str, login: str = "", address: str = HERE) -> Asked:
    """Ask, and let the job that was asked for run as the worker would."""
    asked = commands.ask_reset(identifier, login, address)
    rows = (
        db.session.execute(text("DELETE FROM jobs WHERE name = 'accounts.send_reset' RETURNING args")).scalars().all()
    )
    for args in rows:
        jobs.send_reset(**args)
    work.commit()
    return asked


def test_a_changed_password_ends_every_other_session_and_is_told_by_mail(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example", must_change=True)
    enter("O1")
    enter("O1")
    actor = enter("O1")
    link = link_for("O1")
    assert actor.must_change_password
    commands.change_password(actor, PASSWORD, NEW)
    work.commit()
    assert sessions_of("O1") == [False, False, True]
    assert not enter("O1", NEW).must_change_password
    assert queries.login_of_open_link("reset", link) is None
    assert letters("password_changed") == [("o1@poczta.example", False, "urgent")]
    with pytest.raises(Refused):
        enter("O1")


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("inne-haslo-77", NEW, "current"),
        (PASSWORD, "krotkie", "new"),
        (PASSWORD, PASSWORD, "new"),
        ("x" * 2**20, NEW, "current"),
    ],
)
def test_a_change_that_is_refused_names_its_field_and_changes_nothing(
    inside: Tenant, opened: Opened, current: str, new: str, field: str
) -> None:
    opened("O1")
    actor = enter("O1")
    with pytest.raises(Refused) as refusal:
        commands.change_password(actor, current, new)
    assert refusal.value.field == field
    db.session.rollback()
    assert enter("O1") and sessions_of("O1") == [True, True]


def test_the_current_password_cannot_be_guessed_in_an_open_session(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    actor = enter("O1")
    for _ in range(10):
        with pytest.raises(Refused, match="Obecne"):
            commands.change_password(actor, "x" * 200, NEW)
    with pytest.raises(rules.TooMany):
        commands.change_password(actor, PASSWORD, NEW)


@pytest.mark.parametrize("typed", ["O1", " o1 ", "O1@poczta.example"])
def test_a_link_comes_for_the_login_and_for_the_address(inside: Tenant, opened: Opened, typed: str) -> None:
    opened("O1", email="o1@poczta.example")
    ask(typed)
    assert letters("password_reset") == [("o1@poczta.example", True, "urgent")]


def test_no_link_comes_where_there_is_no_account_no_address_or_a_block(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    opened("O2", email="o2@poczta.example")
    db.session.execute(text("UPDATE accounts SET status = 'blocked' WHERE login = 'O2'"))
    for typed in ("O1", "O2", "nobody", "nobody@poczta.example", "\0", "", "x" * 10**6):
        ask(typed)
    assert letters("password_reset") == []


def test_an_address_of_several_accounts_needs_the_login_and_resets_that_one_only(
    inside: Tenant, opened: Opened
) -> None:
    opened("O1", email="dom@poczta.example")
    opened("O2", email="dom@poczta.example")
    assert ask("dom@poczta.example").ask_login
    ask("dom@poczta.example", "O3")
    assert letters("password_reset") == []
    assert not ask("dom@poczta.example", "o2").ask_login
    assert len(letters("password_reset")) == 1
    logins = db.session.execute(
        text("SELECT a.login FROM account_tokens t JOIN accounts a ON a.id = t.account_id WHERE purpose = 'reset'")
    ).scalars()
    assert list(logins) == ["O2"]


def test_the_answer_depends_on_what_was_typed_alone(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example")
    assert ask("o1@poczta.example") == ask("nobody@poczta.example")
    assert ask("O1") == ask("nobody")


def test_an_account_gets_five_links_a_day_and_only_the_newest_works(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example")
    for _ in range(8):
        ask("O1")
    assert len(letters("password_reset")) == 5
    still_open = text("SELECT count(*) FROM account_tokens WHERE used_at IS NULL AND purpose = 'reset'")
    assert db.session.execute(still_open).scalar_one() == 1


def test_one_address_asks_for_twenty_links_an_hour(inside: Tenant) -> None:
    for number in range(20):
        commands.ask_reset(f"login{number}", "", "192.0.2.200")
    with pytest.raises(rules.TooMany) as refusal:
        commands.ask_reset("login", "", "192.0.2.200")
    assert 0 < refusal.value.retry_after <= 3600


def test_a_link_sets_the_password_ends_all_sessions_and_kills_the_other_links(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example")
    enter("O1")
    link, other = link_for("O1"), link_for("O1", "activation")
    assert commands.use_token("reset", link, NEW) == "O1"
    work.commit()
    assert sessions_of("O1") == [False]
    assert enter("O1", NEW)
    for purpose, secret in (("reset", link), ("activation", other)):
        with pytest.raises(NotThere):
            commands.use_token(purpose, secret, "Trzecie-haslo-99")
    assert len(letters("password_changed")) == 1


def test_a_link_used_twenty_times_at_once_works_once(app: Any, inside: Tenant, opened: Opened) -> None:
    opened("O1")
    link = link_for("O1")
    done: list[str] = []
    refused: list[NotThere] = []

    def use(number: int) -> None:
        with app.app_context(), bind(inside):
            try:
                commands.use_token("reset", link, f"Haslo-numer-{number}")
                work.commit()
                done.append(f"Haslo-numer-{number}")
            except NotThere as refusal:
                refused.append(refusal)

    threads = [Thread(target=use, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(done), len(refused)) == (1, 19)
    assert enter("O1", done[0])


def test_two_links_of_one_account_used_at_once_do_not_block_each_other(
    app: Any, inside: Tenant, opened: Opened
) -> None:
    opened("O1")
    links = [link_for("O1"), link_for("O1")] * 4
    outcomes: list[str] = []

    def use(link: str) -> None:
        with app.app_context(), bind(inside):
            try:
                commands.use_token("reset", link, NEW)
                work.commit()
                outcomes.append("done")
            except NotThere:
                outcomes.append("refused")

    threads = [Thread(target=use, args=(link,)) for link in links]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done"] + ["refused"] * 7


def test_a_refused_password_leaves_the_link_usable(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    link = link_for("O1")
    with pytest.raises(Refused) as refusal:
        commands.use_token("reset", link, "krotkie")
    assert refusal.value.field == "password"
    assert commands.use_token("reset", link, NEW) == "O1"


@pytest.mark.parametrize("broken", ["other purpose", "expired", "bit flipped", "blocked", "empty"])
def test_a_link_that_is_not_quite_right_is_none(inside: Tenant, opened: Opened, broken: str) -> None:
    opened("O1")
    link, purpose = link_for("O1"), "reset"
    if broken == "other purpose":
        purpose = "activation"
    elif broken == "expired":
        db.session.execute(text("UPDATE account_tokens SET expires_at = now()"))
    elif broken == "bit flipped":
        link = link[:-1] + chr(ord(link[-1]) ^ 1)
    elif broken == "blocked":
        db.session.execute(text("UPDATE accounts SET status = 'blocked'"))
    else:
        link = ""
    work.commit()
    started = time.perf_counter()
    with pytest.raises(NotThere):
        commands.use_token(purpose, link, NEW)
    assert time.perf_counter() - started < 0.5
    assert queries.login_of_open_link(purpose, link) is None


def test_a_link_of_one_manager_is_none_at_another_and_stays_usable(
    context: Any, tenant: Tenant, new_tenant: Callable[..., Tenant], opened: Opened
) -> None:
    with bind(tenant):
        opened("O1")
        link = link_for("O1")
    with bind(new_tenant()):
        opened("O1")
        with pytest.raises(NotThere):
            commands.use_token("reset", link, NEW)
    with bind(tenant):
        assert commands.use_token("reset", link, NEW) == "O1"


def test_a_login_with_the_old_password_voids_a_link_that_was_not_needed(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    link = link_for("O1")
    enter("O1")
    assert queries.login_of_open_link("reset", link) is None


def test_an_activation_link_gives_the_first_password(inside: Tenant, opened: Opened) -> None:
    made = opened("O1", password=None)
    assert made.secret
    commands.use_token("activation", made.secret, NEW)
    work.commit()
    assert enter("O1", NEW)
