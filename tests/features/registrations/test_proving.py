"""Opening an account by oneself: first the address, then facts that only the resident knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.accounts.rules import TooMany
from app.core import work
from app.core.actor import system
from app.core.errors import NotThere, Refused
from app.registrations import commands, rules, tokens
from app.registrations.commands import Facts, Sent
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser
from tests.features.registrations.conftest import (
    HERE,
    NUMBER,
    at,
    earlier,
    filled_in,
    letters,
    opened_ways,
    rows,
)
from tests.pages import inspect

RIGHT = Facts("Anna", "Zolc", NUMBER, 61_248)
EMAIL = "anna@poczta.example"


@pytest.fixture
def opened_by_facts(inside: Tenant) -> Tenant:
    opened_ways(facts=True)
    return inside


def prove(facts: Facts = RIGHT, token: str | None = None, address: str = HERE) -> Any:
    account = commands.prove(token or tokens.proof_token(EMAIL), facts, Sent("x", 0, 0, address))
    work.commit()
    return account


def test_the_facts_open_an_account_of_that_person_and_mail_the_link(opened_by_facts: Tenant) -> None:
    account = prove()
    assert (account.person_code, account.login, account.email, account.role) == ("O1", "O1", EMAIL, "resident")
    (row,) = rows()
    assert (row.way, row.state, row.account_id) == ("facts", "approved", account.id)
    (letter,) = [one for one in letters("activation") if one.address == EMAIL]
    assert letter.secret
    taken = text("SELECT count(*) FROM text_acceptances WHERE account_id = :id")
    assert db.session.execute(taken, {"id": account.id}).scalar_one() == 2


def test_every_failure_is_told_in_the_same_sentence(opened_by_facts: Tenant) -> None:
    create_account(system("tests"), "O2", person_code="O2", password=PASSWORD)
    work.commit()
    wrong = [
        Facts("Anna", "Żółć", NUMBER, 61_249),
        Facts("Anna", "Żółć", NUMBER, 51_248),
        Facts("Anna", "Żółw", NUMBER, 61_248),
        Facts("Celina", "Wąs", NUMBER, 61_248),
        Facts("Bogdan", "Łoś", NUMBER, 61_248),  # has an account
    ]
    told = set()
    for facts in wrong:
        with pytest.raises(Refused) as refusal:
            prove(facts, address=f"198.51.100.{len(told)}")
        told.add((refusal.value.message, refusal.value.status, refusal.value.field))
        work.rollback()
    with pytest.raises(Refused) as refusal:
        prove(Facts("Anna", "Żółć", "1" * 26, 61_248))
    told.add((refusal.value.message, refusal.value.status, refusal.value.field))
    assert len(told) == 1 and rows() == []


def test_one_account_number_is_tried_five_times_a_day_from_wherever(opened_by_facts: Tenant) -> None:
    for number in range(rules.TRIES_AN_ACCOUNT):
        with pytest.raises(Refused) as refusal:
            prove(Facts("Anna", "Żółć", NUMBER, number), address=f"198.51.100.{number}")
        assert not isinstance(refusal.value, TooMany)
    with pytest.raises(TooMany):
        prove(address="203.0.113.9")


def test_one_address_tries_eight_times_an_hour(opened_by_facts: Tenant) -> None:
    for number in range(rules.TRIES_AN_ADDRESS):
        with pytest.raises(Refused):
            prove(Facts("Anna", "Żółć", str(number) * 26, 1))
    with pytest.raises(TooMany):
        prove()
    assert prove(address="203.0.113.9")


def test_a_link_opens_one_account(opened_by_facts: Tenant) -> None:
    token = tokens.proof_token(EMAIL)
    prove(token=token)
    with pytest.raises(NotThere):
        prove(Facts("Bogdan", "Łoś", NUMBER, 61_248), token)


def test_the_way_is_closed_by_default(inside: Tenant) -> None:
    with pytest.raises(NotThere):
        prove()
    with pytest.raises(NotThere):
        commands.ask_proof(EMAIL, "key")


@pytest.mark.parametrize("path", ["/register/self", "/register/self/sent", "/register/self/x"])
def test_a_closed_way_has_no_pages(books: Tenant, browser: Callable[[], Browser], path: str) -> None:
    assert browser().get(path).status_code == 404


def test_the_whole_way_in_a_browser(books: Tenant, browser: Callable[[], Browser]) -> None:
    with at(books):
        opened_ways(facts=True, form=False)
    visitor = browser()
    assert "/register/self" in inspect(visitor.get("/register"))
    sent = filled_in(inspect(visitor.get("/register/self")))
    wrong = visitor.post("/register/self", {**sent, "email": "anna"}, form="/register/self")
    assert wrong.status_code == 422 and "email-error" in inspect(wrong)
    sent["challenge"] = earlier(books, sent["challenge"], "proof")
    answer = visitor.post("/register/self", sent, form="/register/self")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/register/self/sent")
    inspect(visitor.get("/register/self/sent"))
    with at(books):
        (letter,) = letters("registration_proof")
        assert letter.secret and letter.address == EMAIL
        link = f"/register/self/{tokens.proof_token(EMAIL)}"
    fields = filled_in(inspect(visitor.get(link)), number=f"PL {NUMBER[:2]} {NUMBER[2:]}", amount="612,48 zł")
    bad = visitor.post(link, fields | {"number": "12", "amount": "dużo", "code": ""}, form=link)
    page = inspect(bad)
    assert bad.status_code == 422 and "number-error" in page and "amount-error" in page
    fields["challenge"] = earlier(books, fields["challenge"], "facts")
    failed = visitor.post(link, fields | {"amount": "1,00"}, form=link)
    page = inspect(failed)
    assert failed.status_code == 422 and "Nie udało się potwierdzić" in page
    fields |= filled_in(page) | {"number": NUMBER, "amount": "612,48"}
    fields["challenge"] = earlier(books, fields["challenge"], "facts")
    done = visitor.post(link, fields, form=link)
    assert done.status_code == 200 and re.search(r"<dd>O1</dd>", inspect(done))
    assert visitor.post(link, fields, form="/register/self").status_code in (404, 422)


def test_the_link_is_of_one_manager_and_for_an_hour(books: Tenant, new_tenant: Any) -> None:
    with at(books):
        token = tokens.proof_token(EMAIL)
        assert tokens.read_proof(token) is not None
    with at(new_tenant()):
        assert tokens.read_proof(token) is None and tokens.read_proof("x" * 9_000) is None
