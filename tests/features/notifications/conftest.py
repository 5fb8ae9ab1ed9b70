"""One manager with residents, an outbox to look into, and browsers in which they are signed in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from tenants.context import bind

PASSWORD = "Zielony-Kasztan-77"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
BOOKS = """
INSERT INTO buildings (since_revision, code, street, number, postcode, city) VALUES
 (1,'B1','Lipowa','1','00-001','Łódź');
INSERT INTO units (since_revision, code, building_code, number, area) VALUES
 (1, 'U1', 'B1', '1', 40), (1, 'U2', 'B1', '2', 50), (1, 'U3', 'B1', '3', 50);
INSERT INTO people (since_revision, code, first_name, last_name, email) VALUES
 (1, 'P1', 'Łucja', 'Żak', NULL), (1, 'P2', 'Jan', 'Nowak', NULL), (1, 'P3', 'Ewa', 'Lis', 'ewa@example.org');
INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) VALUES
 (1, 'U1', 'P1', 'owner', '2020-01-01'), (1, 'U2', 'P2', 'owner', '2020-01-01'), (1, 'U3', 'P3', 'owner', '2020-01-01');
INSERT INTO revisions (number, kind, as_of, published_by) VALUES (1, 'publish', now(), 'tests');
"""


class House:
    """A manager as a test uses it; every call is a unit of work of its own."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant

    @contextmanager
    def bound(self) -> Iterator[None]:
        with self.app.app_context(), bind(self.tenant):
            yield

    def do(self, function: Callable[[], Any]) -> Any:
        """The function's answer, committed."""
        from app.core import work

        with self.bound():
            found = function()
            work.commit()
        return found

    def sql(self, statement: str, **values: Any) -> list[Any]:
        from tenants.db import db

        with self.bound():
            result = db.session.execute(text(statement), values)
            found = [tuple(row) for row in result] if result.returns_rows else []
            db.session.commit()
        return found

    def resident(self, login: str, email: str | None = None, phone: str | None = None) -> int:
        """Opens an account; returns its id."""
        from app.accounts.commands import create_account
        from app.core.actor import system

        made = self.do(
            lambda: create_account(system("tests"), login, (), "resident", email, password=PASSWORD).account.id
        )
        if phone:
            self.sql("UPDATE accounts SET phone = :phone WHERE id = :id", phone=phone, id=made)
        return int(made)

    def letters(self, where: str = "true") -> list[Any]:
        """(recipient, channel, letter, state) of what lies in the outbox."""
        return self.sql(
            "SELECT a.login, o.channel, o.letter, o.state FROM outbox_items o "
            f"LEFT JOIN accounts a ON o.recipient_key = 'account:' || a.public_id "
            f"WHERE o.letter <> 'activation' AND {where} ORDER BY 1, 2, 3"
        )


class Visitor:
    """A browser in which somebody is signed in."""

    def __init__(self, browser: Any, login: str) -> None:
        self.browser = browser
        self.get = browser.get
        answer = self.post("/login", {"login": login, "password": PASSWORD}, form="/login")
        assert answer.status_code == 303, answer.text

    def post(self, path: str, data: dict[str, Any], form: str | None = None) -> Any:
        found = TOKEN.search(self.browser.get(form or path).text)
        assert found is not None
        return self.browser.post(path, data={**data, "csrf_token": found[1]})


@pytest.fixture
def house(app: Any, tenant: Any) -> House:
    made = House(app, tenant)
    for statement in BOOKS.split(";\n"):
        if statement.strip():
            made.sql(statement)
    return made


@pytest.fixture
def enter(house: House, client: Any) -> Callable[[str], Visitor]:
    return lambda login: Visitor(client(house.tenant.slug), login)
