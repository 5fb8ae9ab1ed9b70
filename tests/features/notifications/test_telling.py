"""Told is who wants it, once for an event: the settings, the link in a letter and the manager's rules agree."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.actor import Actor, Role, system

EMAIL, PHONE = "lucja@example.org", "+48601000001"
CHANNELS = ("email", "sms")
CONTEXT = {"as_of": "2026-11-21T02:30:00+00:00", "link": "http://x.example/payments"}


def resident(account_id: int, login: str = "P1") -> Actor:
    return Actor(kind="account", login=login, account_id=account_id, role=Role.RESIDENT)


def tell(house: Any, account_id: int, event: str) -> int:
    from app.notifications.commands import tell as told

    return int(house.do(lambda: told("balance", event, account_id, "books_published", CONTEXT)))


def choose(house: Any, account_id: int, **wanted: bool) -> None:
    from app.notifications.commands import choose as chosen

    shown = {("balance", channel) for channel in wanted}
    on = {("balance", channel) for channel, yes in wanted.items() if yes}
    house.do(lambda: chosen(resident(account_id), shown, on))


def configure(house: Any, *, forced: bool = False, default: tuple[str, ...] = ()) -> None:
    from app.notifications.commands import configure as set_rules

    house.do(
        lambda: set_rules(
            system("tests"), sms=True, forced=["balance"] if forced else [], defaults={"balance": list(default)}
        )
    )


def unsubscribe(house: Any, address: str = EMAIL, topic: str = "balance") -> None:
    from app.outbox.commands import opt_out

    house.do(lambda: opt_out(address, topic))


def test_switched_off_is_not_sent_and_switched_on_is_sent_once(house: Any) -> None:
    account = house.resident("P1", EMAIL)
    assert tell(house, account, "e1") == 0
    choose(house, account, email=True)
    assert [tell(house, account, "e2") for _again in range(3)] == [1, 0, 0]
    assert house.letters() == [("P1", "email", "books_published", "queued")]
    choose(house, account, email=False)
    assert tell(house, account, "e3") == 0
    assert house.letters() == [("P1", "email", "books_published", "skipped")]


def test_a_new_address_does_not_bring_back_what_was_declined_by_link(house: Any) -> None:
    account = house.resident("P1", EMAIL)
    choose(house, account, email=True)
    unsubscribe(house)
    house.sql("UPDATE accounts SET email = 'nowa@example.org' WHERE id = :id", id=account)
    assert tell(house, account, "e1") == 0


def test_who_shares_an_address_chooses_alone_until_the_address_declines(house: Any) -> None:
    first, second = house.resident("P1", EMAIL), house.resident("P2", EMAIL)
    choose(house, first, email=True)
    choose(house, second, email=True)
    choose(house, first, email=False)
    assert [tell(house, each, "e1") for each in (first, second)] == [0, 1]
    unsubscribe(house)
    assert [tell(house, each, "e2") for each in (first, second)] == [0, 0]
    choose(house, first, email=True)
    assert [tell(house, each, "e3") for each in (first, second)] == [1, 0]


def test_a_closed_account_is_told_nothing(house: Any) -> None:
    account = house.resident("P1", EMAIL)
    choose(house, account, email=True)
    house.sql("UPDATE accounts SET status = 'blocked'")
    assert tell(house, account, "e1") == 0


STEPS = st.one_of(
    st.tuples(st.just("choose"), st.sampled_from(CHANNELS), st.booleans()),
    st.tuples(st.just("unsubscribe"), st.just(""), st.booleans()),
    st.tuples(st.just("force"), st.just(""), st.booleans()),
    st.tuples(st.just("tell"), st.sampled_from(("e1", "e2", "e3", "e4")), st.booleans()),
)


class Expected:
    """What somebody who reads the help page would expect."""

    def __init__(self) -> None:
        self.choice: dict[str, bool | None] = dict.fromkeys(CHANNELS)
        self.forced = False
        self.opted_out = False
        self.rows: dict[tuple[str, str], str] = {}
        self.declinable: set[tuple[str, str]] = set()

    def wants(self, channel: str) -> bool:
        if self.forced:
            return channel == "email"
        return bool(self.choice[channel]) and not (channel == "email" and self.opted_out)

    def step(self, step: tuple[str, str, bool]) -> None:
        what, which, yes = step
        if what == "force":
            self.forced = yes
        elif what == "unsubscribe":
            self.choice["email"], self.opted_out = False, True
            self._withdraw("email")
        elif what == "choose" and not self.forced:
            self.choice[which] = yes
            if not yes:
                self._withdraw(which)
            elif which == "email":
                self.opted_out = False
        elif what == "tell":
            for channel in CHANNELS:
                if self.wants(channel) and (which, channel) not in self.rows:
                    self.rows[which, channel] = "queued"
                    if not self.forced:
                        self.declinable.add((which, channel))

    def _withdraw(self, channel: str) -> None:
        for row in self.rows:
            if row[1] == channel and row in self.declinable:
                self.rows[row] = "skipped"


@pytest.fixture
def account(house: Any) -> int:
    return int(house.resident("P1", EMAIL, PHONE))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, max_size=14))
def test_any_sequence_leaves_exactly_the_wanted_letters_once(house: Any, account: int, steps: list[Any]) -> None:
    from app.notifications import queries
    from app.notifications.commands import tell_many

    for table in ("notification_choices", "mail_optouts", "outbox_items", "jobs"):
        house.sql(f"DELETE FROM {table}")
    configure(house)
    expected = Expected()
    for step in steps:
        what, which, yes = step
        if what == "choose":
            choose(house, account, **{which: yes})
        elif what == "unsubscribe":
            unsubscribe(house)
        elif what == "force":
            configure(house, forced=yes)
        elif yes:
            tell(house, account, which)
        else:
            house.do(lambda event=which: tell_many("balance", event, [account], "books_published", CONTEXT))
        expected.step(step)
        with house.bound():
            shown = {
                cell.channel: cell.wanted
                for row in queries.overview(resident(account)).rows
                if row.kind.name == "balance"
                for cell in row.cells
            }
            asked = {each: queries.wants(system("tests"), account, "balance", each) for each in CHANNELS}
        assert shown == asked == {each: expected.wants(each) for each in CHANNELS}
    found = {
        (cause, channel): state for cause, channel, state in house.sql("SELECT cause, channel, state FROM outbox_items")
    }
    assert found == expected.rows
