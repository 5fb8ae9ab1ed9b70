"""A manager with small books, visitors who fill in its registration form, and staff who decide."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.core.clock import now
from app.estate.models import Building, Person, Unit
from app.finances.models import LedgerEntry
from app.office import settings
from app.registrations import commands, robots, tokens
from app.registrations.commands import Sent
from app.registrations.rules import Wish
from app.registrations.ways import Ways
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser, write_books

NUMBER = "61109010140000071219812874"
HERE = "192.0.2.7"
CLERK = Actor(kind="account", login="klerk", role=Role.CLERK, can=rights(Role.CLERK))
ADMIN = Actor(kind="account", login="szefowa", role=Role.ADMIN, can=rights(Role.ADMIN))
ANNA = Wish("Anna", "Żółć", "owner", "ul. Gwiaździsta 14 m. 1", "anna@poczta.example", "+48601234567")
WORDS = re.compile(r'id="code-said">([^<]+)<')
CHALLENGE = re.compile(r'name="challenge" value="([^"]+)"')
THANKS = (
    "Dziękujemy. Zgłoszenie zostało wysłane i zostanie jak najszybciej rozpatrzone. "
    "Do 24 godz. otrzymacie Państwo e-maila zwrotnego z dalszą instrukcją"
)


_world: list[Any] = []


@pytest.fixture(autouse=True)
def _apart(app: Any) -> None:
    """All tests come from the same few addresses, whose logins are counted together."""
    _world[:] = [app]
    with app.app_context(), db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.throttles WHERE key LIKE 'login:address:%'"))


@contextmanager
def at(tenant: Tenant) -> Iterator[Tenant]:
    """The manager bound, in a context that ends with the body: two visitors must not share one."""
    with _world[0].app_context(), bind(tenant):
        yield tenant


@pytest.fixture
def books(tenant: Tenant) -> Tenant:
    """The small books: L001 (number, charged 612,48 in November) with Anna and Bogdan, L003 in another building."""
    entry = {"since_revision": 1, "account": "rent", "kind": "charge", "credit": 0, "unit_code": "L001"}
    with at(tenant):
        write_books()
        first = next(one for one in db.session.new if isinstance(one, Unit) and one.code == "L001")
        first.account = NUMBER  # published books are never changed: this is their first revision, not yet written
        db.session.add(LedgerEntry(entry="1", booked_on=date(2026, 10, 1), debit=50_000, **entry))
        db.session.add(LedgerEntry(entry="2", booked_on=date(2026, 11, 1), debit=51_248, **entry))
        db.session.add(LedgerEntry(entry="3", booked_on=date(2026, 11, 1), debit=10_000, **entry))
        now_held = {"since_revision": 1, "postcode": "67-200", "city": "Głogów"}
        db.session.add(Building(code="B2", street="Księżycowa", number="2", **now_held))
        db.session.add(Unit(code="K9", building_code="B2", number="9", area=40, since_revision=1))
        db.session.add(Person(code="O9", first_name="Ewa", last_name="Kos", since_revision=1))
        work.commit()
    return tenant


@pytest.fixture
def inside(books: Tenant) -> Iterator[Tenant]:
    """The manager with its books, bound."""
    with at(books):
        yield books


@pytest.fixture
def browser(app: Any, books: Tenant) -> Callable[[], Browser]:
    return lambda: Browser(app, books)


@pytest.fixture
def office(books: Tenant, browser: Callable[[], Browser]) -> Browser:
    """The browser of an administrator who is logged in."""
    with at(books):
        create_account(system("tests"), "szefowa", (), "admin", "szefowa@biuro.example", password=PASSWORD)
        work.commit()
    visitor = browser()
    assert visitor.log_in("szefowa").status_code == 303
    return visitor


def opened_ways(**ways: bool) -> None:
    """Set the ways to an account of the bound manager."""
    settings.write(ADMIN, replace(Ways(), **ways))
    work.commit()


def code_in(page: str) -> str:
    """The digits for the words that a page says."""
    found = WORDS.search(page)
    assert found is not None
    digits = {str(word): str(digit) for digit, word in enumerate(robots.WORDS)}
    return "".join(digits[word] for word in found[1].split(", "))


def filled_in(page: str, **values: str) -> dict[str, str]:
    """What a human being sends with the form on this page, shown half a minute ago."""
    challenge = CHALLENGE.search(page)
    assert challenge is not None
    fields = {
        "first_name": "Anna", "last_name": "Żółć", "role": "owner", "unit": "ul. Gwiaździsta 14 m. 1",
        "email": "anna@poczta.example", "phone": "601 234 567", "terms": "y", "privacy": "y",
        "terms_version": "0", "privacy_version": "0", "trap": "",
        "challenge": challenge[1], "code": code_in(page),
    }  # fmt: skip
    return fields | values


def earlier(tenant: Tenant, challenge: str, form: str = "application", seconds: int = 30) -> str:
    """The same question as if it had been shown a while ago."""
    with at(tenant):
        code = robots.opened(challenge, form)
        assert code is not None
        return robots.sealed(replace(code, shown_at=now() - timedelta(seconds=seconds)), form)


def apply(visitor: Browser, tenant: Tenant, **values: str) -> Any:
    """Open the form, fill it in without haste and send it."""
    sent = filled_in(visitor.get("/register").text)
    sent["challenge"] = earlier(tenant, sent["challenge"])
    return visitor.post("/register", sent | values, form="/register")


def sent_in(wish: Wish = ANNA, key: str = "form-1") -> tuple[str, str]:
    """Take an application as the page does; its public id and status token."""
    commands.send(wish, Sent(key, 0, 0, HERE))
    work.commit()
    public_id = str(db.session.execute(text("SELECT public_id FROM registrations ORDER BY id DESC LIMIT 1")).scalar())
    return public_id, tokens.status_token(public_id)


def rows() -> list[Any]:
    """The applications of the bound manager, oldest first."""
    return list(db.session.execute(text("SELECT * FROM registrations ORDER BY id")))


def letters(letter: str) -> list[Any]:
    """The letters of a kind in the bound manager's outbox, oldest first."""
    statement = text("SELECT address, locale, secret, context, channel FROM outbox_items WHERE letter = :l ORDER BY id")
    return list(db.session.execute(statement, {"l": letter}))
