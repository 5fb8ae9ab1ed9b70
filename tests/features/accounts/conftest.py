"""Small books for the tests of accounts, and a browser that fills in forms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts import commands, rules
from app.accounts.commands import Created
from app.core import work
from app.core.actor import system
from app.estate.models import Building, Occupancy, Person, Unit
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.registry import Tenant

PASSWORD = "Zielony-Kasztan-77"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """A visitor of one manager's host. `post` sends the token that the page at `form` holds."""

    app: Any
    tenant: Tenant

    def __post_init__(self) -> None:
        self.client = self.app.test_client()
        self.base_url = f"http://{self.tenant.host}"

    def get(self, path: str, **options: Any) -> Any:
        return self.client.get(path, base_url=self.base_url, **options)

    def post(self, path: str, data: dict[str, Any], form: str = "/login", **options: Any) -> Any:
        page = TOKEN.search(self.get(form).text)
        sent = {**data, "csrf_token": page[1] if page else ""}
        return self.client.post(path, data=sent, base_url=self.base_url, **options)

    def log_in(self, login: str, password: str = PASSWORD, **more: Any) -> Any:
        return self.post("/login", {"login": login, "password": password, **more})


@pytest.fixture(autouse=True)
def _no_failures_of_other_tests(request: pytest.FixtureRequest) -> None:
    """All tests come from the same few addresses, whose failures are counted together."""
    if "app" in request.fixturenames:
        with request.getfixturevalue("app").app_context(), db.engines[PLATFORM].begin() as connection:
            connection.execute(text("DELETE FROM platform.throttles WHERE key LIKE 'login:address:%'"))


@pytest.fixture
def browser(app: Any, tenant: Tenant) -> Callable[[], Browser]:
    return lambda: Browser(app, tenant)


@pytest.fixture
def inside(context: Any, tenant: Tenant) -> Iterator[Tenant]:
    """This test's tenant, bound, with the small books in it."""
    with bind(tenant):
        write_books()
        work.commit()
        yield tenant


@pytest.fixture
def opened(context: Any, tenant: Tenant) -> Callable[..., Created]:
    """Opens an account at the tenant, whether it is bound or not, and commits."""

    def make(login: str, *units: str, **values: Any) -> Created:
        values.setdefault("password", PASSWORD)
        made = commands.create_account(system("tests"), login, units, **values)
        work.commit()
        return made

    return make


@pytest.fixture(scope="session")
def password_hash() -> str:
    return rules.hashed(PASSWORD)


def sessions_of(login: str) -> list[bool]:
    """For each session of an account, oldest first, whether it is still open."""
    rows = db.session.execute(
        text(
            "SELECT s.ended_at IS NULL FROM account_sessions s JOIN accounts a ON a.id = s.account_id "
            "WHERE a.login_key = :key ORDER BY s.id"
        ),
        {"key": rules.normal_form(login)},
    )
    return list(rows.scalars())


def letters(letter: str) -> list[Any]:
    """The letters of a kind in the tenant's outbox, oldest first, without the one that welcomed its admin."""
    statement = text(
        "SELECT address, secret, lane FROM outbox_items "
        "WHERE letter = :letter AND address NOT LIKE 'admin@%' ORDER BY id"
    )
    return list(db.session.execute(statement, {"letter": letter}))


def write_books() -> None:
    now = {"since_revision": 1}
    db.session.add(Building(code="B1", street="Gwiaździsta", number="14", postcode="67-200", city="Głogów", **now))
    for number in ("1", "2", "3"):
        db.session.add(Unit(code=f"L00{number}", building_code="B1", number=number, area=Decimal("48.50"), **now))
    for code, first, last in (("O1", "Anna", "Żółć"), ("O2", "Bogdan", "Łoś"), ("O3", "Celina", "Wąs")):
        db.session.add(Person(code=code, first_name=first, last_name=last, email=f"{code}@poczta.example", **now))
    for unit, person, until in (
        ("L001", "O1", None),
        ("L002", "O1", None),
        ("L001", "O2", None),
        ("L003", "O2", date(2020, 12, 31)),
        ("L003", "O3", None),
    ):
        title = {"unit_code": unit, "person_code": person, "role": "owner"}
        db.session.add(Occupancy(**title, from_on=date(2019, 1, 1), to_on=until, **now))
