"""Opening accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.accounts import commands, queries
from app.accounts.commands import Created, NewAccount
from app.core import work
from app.core.actor import GRANTS, Actor, Role, system
from app.core.clock import today
from app.core.errors import Conflict, NotThere, Refused
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, letters

CLERK = Actor(kind="account", login="ewa", role=Role.CLERK, can=GRANTS[Role.CLERK])


def units_of(login: str, password: str = PASSWORD) -> list[str]:
    visit = queries.visitor(commands.log_in(login, password, "192.0.2.1", "tests"))
    assert visit is not None
    return queries.unit_codes(visit.actor, today())


def test_an_account_without_a_password_gets_a_link_instead(inside: Tenant) -> None:
    made = commands.create_account(CLERK, "nowy", ["L003", "L003"], "resident", "Nowy@Poczta.example")
    assert made.secret and made.units == ("L003",) and made.account.email == "nowy@poczta.example"
    assert queries.login_of_open_link("activation", made.secret) == "nowy"
    assert letters("activation") == []


def test_the_link_is_posted_when_that_is_asked_for(inside: Tenant) -> None:
    made = commands.create_account(CLERK, "nowy", email="nowy@poczta.example", by_mail=True)
    assert made.mailed_to == "nowy@poczta.example"
    assert letters("activation") == [("nowy@poczta.example", True, "urgent")]


@pytest.mark.parametrize("login", ["o1", "O1", " O1 "])
def test_a_login_that_is_a_persons_code_sees_what_the_books_give_that_person(
    inside: Tenant, opened: Callable[..., Created], login: str
) -> None:
    assert opened(login).account.person_code == "O1"
    assert units_of("O1") == ["L001", "L002"]


def test_a_title_that_has_ended_gives_no_access(inside: Tenant, opened: Callable[..., Created]) -> None:
    opened("O2")
    assert units_of("O2") == ["L001"]


def test_units_given_by_the_office_are_the_only_ones(inside: Tenant, opened: Callable[..., Created]) -> None:
    opened("O1", "L002")
    assert units_of("O1") == ["L002"]


def test_access_to_a_unit_ends_with_the_title_that_it_repeats(inside: Tenant, opened: Callable[..., Created]) -> None:
    opened("O1", "L001", "L003")
    db.session.execute(text("UPDATE occupancies SET until_revision = 2 WHERE person_code = 'O1'"))
    work.commit()
    assert units_of("O1") == ["L003"]


def test_staff_are_not_tied_to_people_of_the_books(inside: Tenant, opened: Callable[..., Created]) -> None:
    assert opened("O1", role="clerk").account.person_code is None


def test_unknown_units_are_named(inside: Tenant) -> None:
    with pytest.raises(Refused, match="X9, Y9") as refusal:
        commands.create_account(CLERK, "nowy", ["L001", "X9", "Y9"])
    assert refusal.value.field == "units"


def test_an_unknown_person_is_named(inside: Tenant) -> None:
    with pytest.raises(Refused, match="O99"):
        commands.create_account(CLERK, "nowy", person_code="O99")


@pytest.mark.parametrize("login", ["L000123", "l000123", "  L000123 "])
def test_a_login_that_reads_like_a_taken_one_is_a_conflict(inside: Tenant, login: str) -> None:
    commands.create_account(CLERK, "L000123")
    with pytest.raises(Conflict):
        commands.create_account(CLERK, login)


def test_a_login_that_is_somebody_elses_email_is_a_conflict(inside: Tenant) -> None:
    commands.create_account(CLERK, "anna", email="anna@poczta.example")
    with pytest.raises(Conflict):
        commands.create_account(CLERK, "Anna@poczta.example")
    commands.create_account(CLERK, "jan@poczta.example")
    with pytest.raises(Conflict):
        commands.create_account(CLERK, "zofia", email="JAN@poczta.example")


@pytest.mark.parametrize("email", ["a", "a@b", "a@b.pl,c@d.pl", "x" * 320 + "@poczta.example", "a\r\nb@c.pl"])
def test_an_address_that_is_none_is_refused_at_its_field(inside: Tenant, email: str) -> None:
    with pytest.raises(Refused) as refusal:
        commands.create_account(CLERK, "nowy", email=email)
    assert refusal.value.field == "email"


def test_a_clerk_makes_no_administrator_and_a_resident_nobody(inside: Tenant) -> None:
    with pytest.raises(Refused):
        commands.create_account(CLERK, "szef", role="admin")
    with pytest.raises(NotThere):
        commands.create_account(Actor(kind="account", login="x", role=Role.RESIDENT), "nowy")


def test_many_accounts_share_one_hash_made_once(inside: Tenant, password_hash: str) -> None:
    rows = [
        NewAccount("O1", person_code="O1"),
        NewAccount("O3", units=("L003",)),
        NewAccount("ksiegowa", Role.ACCOUNTANT),
    ]
    assert commands.create_many(system("demo"), rows, password_hash) == 3
    assert commands.create_many(system("demo"), rows, password_hash) == 0
    work.commit()
    assert units_of("O1") == ["L001", "L002"]
    assert units_of("O3") == ["L003"]
