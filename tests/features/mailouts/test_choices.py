"""A mailout skips who declined such messages in the settings, and says so before and after."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.actor import Actor, Role, system
from tests.features.mailouts.test_mailouts import BOOKS, rows, sent


@pytest.fixture
def books(outbox: Any) -> Any:
    for statement in BOOKS.split(";\n"):
        if statement.strip():
            outbox.sql(statement)
    return outbox


def choose(books: Any, login: str, wanted: bool) -> None:
    from app.core import work
    from app.notifications.commands import choose as chosen

    account = books.sql(f"SELECT id FROM accounts WHERE login = '{login}'")[0][0]
    who = Actor(kind="account", login=login, account_id=account, role=Role.RESIDENT)
    with books.bound():
        chosen(who, {("mailouts", "email")}, {("mailouts", "email")} if wanted else set())
        work.commit()


def reach(books: Any) -> Any:
    from app.audience import queries, rules

    with books.bound():
        return queries.reach(system("tests"), rules.audience(None), "mailouts")


def test_who_declined_in_the_settings_is_skipped_and_counted(books: Any) -> None:
    before = reach(books)
    choose(books, "L1", False)
    choose(books, "L2", False)
    after = reach(books)
    assert (after.reachable, after.declined) == (before.reachable - 2, before.declined + 2)
    sent(books)
    declined = [(key, reason) for key, _address, _state, reason in rows(books) if reason == "declined"]
    assert declined == [("account:L2", "declined"), ("person:P1", "declined"), ("person:P3", "declined")]


def test_declining_takes_back_what_waits_and_wanting_again_counts_for_the_next(books: Any) -> None:
    sent(books, {"units": ["U1", "U4"]})
    choose(books, "L1", False)
    choose(books, "L2", False)
    assert [(key, state) for key, _address, state, _reason in rows(books)] == [
        ("account:L2", "skipped"), ("person:P1", "skipped"), ("person:P5", "queued"),
    ]  # fmt: skip
    choose(books, "L1", True)
    books.sql("DELETE FROM outbox_items")
    sent(books, {"units": ["U1"]})
    assert ("person:P1", "nowa@example.org", "queued", None) in rows(books)


def test_switching_on_again_lifts_what_ones_own_address_declined_by_link(books: Any) -> None:
    assert ("person:P3", "firma@example.org") in [row[:2] for row in _after(books)]
    choose(books, "L3", True)
    assert books.sql("SELECT * FROM mail_optouts") == []
    assert ("person:P3", "firma@example.org", "queued", None) in _after(books)


def test_what_the_manager_sends_to_everybody_has_no_link_and_skips_nobody(books: Any) -> None:
    from app.core import work
    from app.notifications.commands import configure

    choose(books, "L1", False)
    books.sql("INSERT INTO office_profile (id, name, kind) VALUES (1, 'SM', 'cooperative')")
    with books.bound():
        configure(system("tests"), sms=False, forced=["mailouts"], defaults={"mailouts": ["email"]})
        work.commit()
    assert "declined" not in [row[3] for row in _after(books)]
    assert {row[0] for row in books.sql("SELECT topic FROM outbox_items")} == {None}
    assert reach(books).declined == 0


def _after(books: Any) -> list[Any]:
    books.sql("DELETE FROM outbox_items")
    sent(books)
    return rows(books)
