"""What an account sees by the books alone: which units on which day, and what of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from app.accounts.holdings import holdings
from app.accounts.queries import held_before, unit_codes
from app.accounts.rules.holders import Holders
from app.core import clock, work
from app.core.actor import Actor, system
from app.core.errors import NotThere
from app.estate.models import Occupancy, Person
from app.office import settings
from tenants.db import db

DAY = date(2026, 6, 1)
ROLES = ("owner", "co-owner", "tenant", "proxy")
OWNERS = ("owner", "co-owner")


@dataclass(frozen=True)
class Title:
    """One line of the books' `dysponenci`."""

    unit: str
    person: str
    role: str
    first: date
    last: date | None

    def holds(self, day: date) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)


def write(*titles: Title) -> None:
    for title in titles:
        db.session.add(
            Occupancy(
                unit_code=title.unit, person_code=title.person, role=title.role, from_on=title.first,
                to_on=title.last, since_revision=1,
            )
        )  # fmt: skip
    db.session.flush()


@pytest.fixture
def person(inside: Any, opened: Any) -> Callable[[str], Actor]:
    """An account of a person of the books, as the actor who is logged in with it."""

    def make(code: str) -> Actor:
        db.session.add(Person(code=code, last_name=code, since_revision=1))
        account = opened(f"login-{code.lower()}", person_code=code).account
        return Actor(kind="account", login=account.login, account_id=account.id, person_code=code)

    return make


def long_ago(unit: str, code: str, role: str, last: date | None = None) -> Title:
    return Title(unit, code, role, date(2020, 1, 1), last)


def test_a_lodger_sees_the_unit_but_not_what_the_owner_owes(person: Any) -> None:
    """But a tenant of a unit that nobody owns, such as a municipal flat, does see its settlements."""
    who = {code: person(code) for code in ("OWN", "LODGE", "GONE")}
    write(
        long_ago("M1", "OWN", "owner"),
        long_ago("M1", "LODGE", "tenant"),
        long_ago("M2", "LODGE", "tenant"),
        long_ago("M3", "LODGE", "tenant"),
        long_ago("M3", "GONE", "owner", date(2025, 1, 1)),
    )
    seen = {code: holdings(actor, DAY) for code, actor in who.items()}
    assert {code: [unit.code for unit in mine.units] for code, mine in seen.items()} == {
        "OWN": ["M1"],
        "LODGE": ["M1", "M2", "M3"],
        "GONE": [],
    }
    assert [unit.code for unit in seen["LODGE"].settled().units] == ["M2", "M3"]
    assert [unit.role for unit in seen["LODGE"].units] == ["tenant"] * 3
    with pytest.raises(NotThere):
        seen["LODGE"].settled().chosen("M1")
    assert held_before(who["GONE"], DAY) and not held_before(who["OWN"], DAY)


def test_the_manager_says_what_proxies_and_lodgers_see_and_never_that_lodgers_see_debts(person: Any) -> None:
    proxy, lodger, owner = person("PRO"), person("LODGE"), person("OWN")
    write(long_ago("M1", "OWN", "owner"), long_ago("M1", "PRO", "proxy"), long_ago("M1", "LODGE", "tenant"))

    def sights() -> list[tuple[bool, bool]]:
        units = [holdings(actor, DAY).units[0] for actor in (owner, proxy, lodger)]
        return [(unit.sight.balance, unit.sight.charges) for unit in units]

    assert sights() == [(True, True), (True, True), (False, False)]
    settings.write(system("tests"), Holders(tenants_charges=True, proxies_charges=False, proxies_balance=False))
    work.commit()
    assert sights() == [(True, True), (False, False), (False, True)]


def test_a_flat_bought_later_joins_the_units_that_the_office_gave(inside: Any, opened: Any) -> None:
    account = opened("o1", "L001", person_code="O1").account
    who = Actor(kind="account", login="o1", account_id=account.id, person_code="O1")
    later = clock.today() + timedelta(days=30)
    write(Title("L003", "O1", "owner", later, None))
    assert unit_codes(who, clock.today()) == ["L001"], "the office chose one of two"
    assert unit_codes(who, later - timedelta(days=1)) == ["L001"]
    assert unit_codes(who, later) == ["L001", "L003"]


def test_the_holders_own_entries_begin_when_the_first_of_them_came(person: Any) -> None:
    """A co-owner who joins later sees what the other one has seen; a buyer does not see the seller's."""
    first, joined, bought = person("A"), person("B"), person("C")
    write(
        Title("M1", "A", "owner", date(2015, 3, 1), None),
        Title("M1", "B", "co-owner", date(2024, 5, 1), None),
        Title("M2", "A", "owner", date(2015, 3, 1), date(2026, 2, 28)),
        Title("M2", "C", "owner", date(2026, 3, 1), None),
    )
    since = {who.person_code: [u.since for u in holdings(who, DAY).units] for who in (first, joined, bought)}
    assert since == {"A": [date(2015, 3, 1)], "B": [date(2015, 3, 1)], "C": [date(2026, 3, 1)]}


@pytest.mark.parametrize(
    ("moment", "sees"),
    [
        # the night on which summer time ends: the last day of the title has 25 hours, and is all of it the seller's
        (datetime(2026, 10, 24, 21, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), True),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), False),
    ],
)
def test_access_ends_with_the_last_day_in_poland(person: Any, monkeypatch: Any, moment: datetime, sees: bool) -> None:
    seller, buyer = person("S"), person("B")
    write(long_ago("M1", "S", "owner", date(2026, 10, 25)), Title("M1", "B", "owner", date(2026, 10, 26), None))
    monkeypatch.setattr(clock, "now", lambda: moment)
    assert unit_codes(seller, clock.today()) == (["M1"] if sees else [])
    assert unit_codes(buyer, clock.today()) == ([] if sees else ["M1"])


DAYS = st.integers(0, 12).map(lambda n: date(2026, 3, 25) + timedelta(days=n))
PEOPLE, UNITS = ("A", "B", "C"), ("M1", "M2")


@st.composite
def timelines(draw: Any) -> list[Title]:
    """Any titles of three people to two units; the books hold one title of a person to a unit."""
    found = []
    for unit in UNITS:
        for code in draw(st.lists(st.sampled_from(PEOPLE), unique=True)):
            first, last = draw(DAYS), draw(st.none() | DAYS)
            found.append(Title(unit, code, draw(st.sampled_from(ROLES)), first, last))
    return found


def expected(titles: list[Title], code: str, day: date) -> dict[str, tuple[str, bool, date | None]]:
    """unit → (role, sees debts, since), thought through one day at a time."""
    found = {}
    for mine in (title for title in titles if title.person == code and title.holds(day)):
        now = [title for title in titles if title.unit == mine.unit and title.holds(day)]
        owners = [title.first for title in now if title.role in OWNERS]
        tenants = [title.first for title in now if title.role == "tenant"]
        debts = mine.role != "tenant" or not owners
        found[mine.unit] = (mine.role, debts, min(owners or tenants, default=None))
    return found


@examples(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(titles=timelines())
def test_who_sees_what_on_which_day(cast: dict[str, Actor], titles: list[Title]) -> None:
    with db.session.begin_nested() as around:
        write(*titles)
        for number in range(-1, 15):
            day = date(2026, 3, 25) + timedelta(days=number)
            for code, actor in cast.items():
                mine = holdings(actor, day)
                seen = {unit.code: (unit.role, unit.sight.balance, unit.since) for unit in mine.units}
                assert seen == expected(titles, code, day), (code, day)
                assert unit_codes(actor, day) == sorted(seen)
        around.rollback()


@pytest.fixture
def cast(person: Any) -> dict[str, Actor]:
    return {code: person(code) for code in PEOPLE}
