"""Logging in and out, and how long a session lives."""

from __future__ import annotations

import statistics
import time
import unicodedata
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text

from app.accounts import commands, queries, rules
from app.accounts.commands import Created
from app.accounts.commands.opening import issue_token
from app.accounts.models import Account
from app.core import throttle, work
from app.core.actor import Can, Role
from app.core.errors import Refused
from tenants.context import Mode, bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, sessions_of

Opened = Callable[..., Created]
HERE = "192.0.2.1"
WRONG = "Nieprawidłowy login lub hasło."


def enter(login: str, password: str = PASSWORD, address: str = HERE) -> str:
    secret = commands.log_in(login, password, address, "tests")
    work.commit()
    return secret


def age_session(column: str, minutes: int) -> None:
    db.session.execute(
        text(f"UPDATE account_sessions SET {column} = {column} - :minutes * interval '1 minute'"), {"minutes": minutes}
    )
    work.commit()


def test_the_right_password_opens_a_session_of_the_account(inside: Tenant, opened: Opened) -> None:
    opened("O1", locale="uk")
    visit = queries.visitor(enter("O1"))
    assert visit is not None and not visit.stale
    actor = visit.actor
    assert (actor.login, actor.name, actor.role, actor.person_code, actor.locale) == (
        "O1", "Anna Żółć", Role.RESIDENT, "O1", "uk",
    )  # fmt: skip
    assert actor.is_resident and actor.can == frozenset() and actor.session_id


def test_staff_get_the_rights_of_their_role(inside: Tenant, opened: Opened) -> None:
    opened("ewa", role="admin")
    visit = queries.visitor(enter("ewa"))
    assert visit is not None and visit.actor.is_staff and visit.actor.can == frozenset(Can)


def test_login_or_email_in_any_letter_case_opens_the_same_account(inside: Tenant, opened: Opened) -> None:
    opened("Żółw-7", email="zolw@poczta.example")
    for typed in (" żółw-7 ", "ŻÓŁW-7", unicodedata.normalize("NFD", "Żółw-7"), "Zolw@Poczta.example"):
        visit = queries.visitor(enter(typed))
        assert visit is not None and visit.actor.login == "Żółw-7"


def test_the_password_counts_composed_and_decomposed(inside: Tenant, opened: Opened) -> None:
    opened("O1", password="zażółć gęślą jaźń")
    assert enter("O1", unicodedata.normalize("NFD", "zażółć gęślą jaźń"))


def test_an_email_of_two_accounts_opens_neither(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="dom@poczta.example")
    opened("O2", email="dom@poczta.example")
    with pytest.raises(Refused, match=WRONG):
        enter("dom@poczta.example")
    assert enter("o2")


def test_every_failure_is_told_in_the_same_words(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    opened("blocked")
    opened("waiting", password=None)
    opened("late", must_change=True)
    db.session.execute(text("UPDATE accounts SET status = 'blocked' WHERE login = 'blocked'"))
    db.session.execute(text("UPDATE accounts SET start_password_until = now() WHERE login = 'late'"))
    work.commit()
    attempts = [
        ("O1", "zle-haslo-77"),
        ("nobody", PASSWORD),
        ("blocked", PASSWORD),
        ("waiting", ""),
        ("late", PASSWORD),
    ]
    for login, password in [*attempts, ("O1", "x" * 2**20), ("\0", PASSWORD), ("\ud800", "\ud800"), ("x" * 2**20, "x")]:
        with pytest.raises(Refused) as refusal:
            enter(login, password)
        assert (refusal.value.message, refusal.value.status) == (WRONG, 422)


def test_after_ten_wrong_passwords_that_visitor_waits_and_others_do_not(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    outcomes = []
    for _ in range(30):
        with pytest.raises(Refused) as refusal:
            enter("O1", "zle-haslo-77")
        outcomes.append(refusal.value)
    assert [refusal.status for refusal in outcomes] == [422] * 10 + [429] * 20
    assert all(0 < refusal.retry_after <= 300 for refusal in outcomes[10:])
    with pytest.raises(rules.TooMany):
        enter("O1")
    assert enter("O1", address="192.0.2.99")


def test_a_name_that_does_not_exist_is_limited_alike(inside: Tenant) -> None:
    for _ in range(10):
        with pytest.raises(Refused, match=WRONG):
            enter("nobody")
    with pytest.raises(rules.TooMany):
        enter("nobody")


def test_a_right_password_forgets_the_wrong_ones_before_it(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    for _ in range(3):
        for _ in range(9):
            with pytest.raises(Refused, match=WRONG):
                enter("O1", "zle-haslo-77")
        assert enter("O1")


def test_one_address_may_fail_a_hundred_times_over_all_managers(
    context: Any, tenant: Tenant, new_tenant: Callable[..., Tenant]
) -> None:
    address = f"198.51.{tenant.id // 250}.{tenant.id % 250}"
    for _ in range(98):
        throttle.count(f"login:address:{address}", rules.ADDRESS_WINDOW)
    for manager in (tenant, new_tenant()):
        with bind(manager), pytest.raises(Refused, match=WRONG):
            enter("nobody", address=address)
    with bind(tenant), pytest.raises(rules.TooMany):
        enter("somebody else", address=address)


def test_one_login_may_fail_fifty_times_from_everywhere_and_a_link_unlocks_it(inside: Tenant, opened: Opened) -> None:
    opened("O1", email="o1@poczta.example")
    for number in range(50):
        with pytest.raises(Refused, match=WRONG):
            enter("O1", "x" * 200, address=f"203.0.113.{number}")
    with pytest.raises(rules.TooMany):
        enter("O1")
    account = db.session.execute(text("SELECT id FROM accounts WHERE login = 'O1'")).scalar_one()
    secret, _until = issue_token(account, "reset")
    work.commit()
    commands.use_token("reset", secret, "Czerwony-Klon-88")
    work.commit()
    assert enter("O1", "Czerwony-Klon-88")


def test_the_same_address_at_another_manager_has_attempts_of_its_own(
    context: Any, tenant: Tenant, new_tenant: Callable[..., Tenant]
) -> None:
    for one in (tenant, new_tenant()):
        with bind(one):
            for _ in range(10):
                with pytest.raises(Refused, match=WRONG):
                    enter("O1", address="192.0.2.50")


def test_an_unknown_login_takes_as_long_as_a_known_one(inside: Tenant, opened: Opened) -> None:
    for number in range(15):
        opened(f"known{number}")
    taken: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(15):
        for kind, times in taken.items():
            started = time.perf_counter()
            with pytest.raises(Refused, match=WRONG):
                enter(f"{kind}{number}", "zle-haslo-77", address=f"203.0.113.{100 + number}")
            times.append(time.perf_counter() - started)
    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) < max(0.02, 0.4 * known)


def test_a_hash_with_old_parameters_is_renewed_at_login(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    old = PasswordHasher(time_cost=1, memory_cost=8192).hash(PASSWORD)
    db.session.execute(text("UPDATE accounts SET password_hash = :old WHERE login = 'O1'"), {"old": old})
    work.commit()
    enter("O1")
    renewed = db.session.execute(text("SELECT password_hash FROM accounts WHERE login = 'O1'")).scalar_one()
    assert not rules.outdated(renewed) and enter("O1")


def test_the_secret_itself_is_nowhere_in_the_database(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    secret = enter("O1")
    stored = db.session.execute(text("SELECT s::text FROM account_sessions s")).scalars().all()
    assert stored and all(secret not in row for row in stored)


def test_a_session_of_one_manager_is_nothing_at_another(
    context: Any, tenant: Tenant, new_tenant: Callable[..., Tenant], opened: Opened
) -> None:
    with bind(tenant):
        opened("O1")
        secret = enter("O1")
    with bind(new_tenant()):
        opened("O1")
        enter("O1")
        assert queries.visitor(secret) is None
    with bind(tenant):
        assert queries.visitor(secret) is not None


def test_logging_out_ends_the_session_on_the_server(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    secret, other = enter("O1"), enter("O1")
    visit = queries.visitor(secret)
    assert visit is not None
    commands.log_out(visit.actor)
    work.commit()
    assert queries.visitor(secret) is None and queries.visitor(other) is not None


def test_a_session_ends_after_idle_time_and_in_any_case_after_twelve_hours(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    secret = enter("O1")
    age_session("seen_at", 29)
    assert queries.visitor(secret) is not None
    age_session("seen_at", 2)
    assert queries.visitor(secret) is None
    secret = enter("O1")
    age_session("expires_at", 12 * 60 - 1)
    assert queries.visitor(secret) is not None
    age_session("expires_at", 2)
    assert queries.visitor(secret) is None


def test_blocking_an_account_ends_its_sessions_at_the_next_request(inside: Tenant, opened: Opened) -> None:
    opened("O1")
    secret = enter("O1")
    db.session.execute(text("UPDATE accounts SET status = 'blocked'"))
    work.commit()
    assert queries.visitor(secret) is None


def test_a_session_is_marked_as_seen_once_a_minute_also_from_a_snapshot(
    inside: Tenant, opened: Opened, context: Any
) -> None:
    opened("O1")
    secret = enter("O1")
    age_session("seen_at", 10)
    visit = queries.visitor(secret)
    assert visit is not None and visit.stale and visit.actor.session_id
    work.commit()
    marks: list[Any] = []
    statement = text("SELECT seen_at FROM account_sessions")
    for _ in range(2):
        commands.touch(visit.actor.session_id)
        marks.append(db.session.execute(statement).scalar_one())
        work.commit()
    assert marks[0] == marks[1]
    fresh = queries.visitor(secret)
    assert fresh is not None and not fresh.stale


def test_marking_a_session_does_not_wait_for_whoever_holds_its_row(tenant: Tenant, context: Any) -> None:
    with bind(tenant, Mode.SNAPSHOT):
        db.session.add(Account(login="x", login_key="x", role="resident"))
        db.session.flush()
        db.session.execute(
            text(
                "INSERT INTO account_sessions (secret_digest, account_id, expires_at, seen_at) "
                "SELECT '\\x00', id, now() + interval '1 hour', now() - interval '1 hour' FROM accounts "
                "WHERE login = 'x'"
            )
        )
        work.commit()
        session = db.session.execute(text("SELECT id FROM account_sessions FOR UPDATE")).scalar_one()
        started = time.perf_counter()
        commands.touch(session)
        assert time.perf_counter() - started < 1


def test_wrong_passwords_in_parallel_get_no_more_tries(app: Any, inside: Tenant, opened: Opened) -> None:
    opened("O1")
    outcomes: list[int] = []

    def attempt() -> None:
        with app.app_context(), bind(inside):
            try:
                commands.log_in("O1", "zle-haslo-77", HERE, "tests")
            except Refused as refusal:
                outcomes.append(refusal.status)

    threads = [Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [422] * 10 + [429] * 10
    assert sessions_of("O1") == []
