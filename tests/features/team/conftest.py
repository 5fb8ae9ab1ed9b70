"""A manager with two buildings, staff of every role, some of them limited to the first building."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.accounts.models import StaffScope
from app.core import work
from app.core.actor import Actor, Role, system
from app.estate.models import Building, Occupancy, Person, Unit
from app.finances.models import LedgerEntry
from app.mailouts.commands import send
from app.messages.commands import write
from app.messages.rules import CATEGORIES
from app.personal.commands.asking import ask
from tenants.context import bind
from tenants.db import db
from tenants.registry import Tenant
from tests.features.accounts.conftest import PASSWORD, Browser

CANARY = "KANARDWA"
TO_ALL = "KANARWSZYSCY"
STAFF = {"szefowa": "admin", "druga": "admin", "ksiegowa": "accountant", "klerk": "clerk", "zarzad": "board"}
SCOPED = {"klerk1": "clerk", "ksiegowa1": "accountant", "zarzad1": "board", "szefowa1": "admin"}


@dataclass(frozen=True)
class Office:
    """The manager, and the public ids of everybody by login."""

    app: Any
    tenant: Tenant
    ids: dict[str, str]

    def browser(self, login: str) -> Browser:
        made = Browser(self.app, self.tenant)
        assert made.log_in(login).status_code == 303
        return made

    def anything(self) -> list[str]:
        """Every public id and code in the manager's tables: what a stranger could try."""
        with self.app.app_context(), bind(self.tenant):
            tables = db.session.execute(
                text(
                    "SELECT table_name FROM information_schema.columns "
                    "WHERE table_schema = current_schema() AND column_name = 'public_id' ORDER BY 1"
                )
            ).scalars()
            found = []
            for table in tables:
                found += db.session.execute(text(f'SELECT public_id FROM "{table}"')).scalars()
        return [*found, "O1", "O2", "welcome", "terms"]


def books(session: Any) -> None:
    """Two buildings with a unit, an owner and a debt each; the canary in every text of the second."""
    now = {"since_revision": 1}
    for number, word in ((1, "Pierwsza"), (2, CANARY)):
        address = {"street": f"Ulica {word}", "number": "1", "postcode": "67-200", "city": word}
        session.add(Building(code=f"B{number}", **address, **now))
        session.add(
            Unit(
                code=f"L{number}", building_code=f"B{number}", number=f"{number}{word}", area=Decimal("40.00"),
                account=f"{number:026d}", **now,
            )
        )  # fmt: skip
        session.add(
            Person(
                code=f"O{number}", first_name=f"Anna{word}", last_name=word, email=f"o{number}@{word}.example", **now
            )
        )
        title = {"unit_code": f"L{number}", "person_code": f"O{number}", "role": "owner"}
        session.add(Occupancy(**title, from_on=date(2019, 1, 1), to_on=None, **now))
        session.add(
            LedgerEntry(
                entry=str(number), unit_code=f"L{number}", kind="charge", account="rent", booked_on=date(2026, 11, 1),
                debit=77700 + number, credit=0, title=f"Czynsz {word}", **now,
            )
        )  # fmt: skip


def write_in(account: Any, word: str, number: int) -> None:
    """A conversation and a request about personal data that wait for the office."""
    person = f"O{number}"
    who = Actor(kind="account", login=account.login, account_id=account.id, role=Role.RESIDENT, person_code=person)
    write(who, subject=f"Sprawa {word}", category=next(iter(CATEGORIES)), body=f"Treść {word}", unit=f"L{number}",
          files=[], form_key=f"m{number}")  # fmt: skip
    ask(who, "correction", f"Proszę o poprawienie {word}", f"p{number}")


@pytest.fixture
def office(app: Any, tenant: Tenant) -> Office:
    ids: dict[str, str] = {}
    with app.app_context(), bind(tenant):
        books(db.session)
        work.commit()
        for login, role in {**STAFF, **SCOPED}.items():
            account = create_account(
                system("tests"), login, role=role, email=f"{login}@biuro.example", password=PASSWORD
            ).account
            ids[login] = account.public_id
            if login in SCOPED:
                db.session.add(StaffScope(account_id=account.id, building_code="B1"))
        for number, word in ((1, "Pierwsza"), (2, CANARY)):
            made = create_account(system("tests"), f"mieszk{number}", [f"L{number}"], person_code=f"O{number}",
                                  email=f"mieszk{number}@{word.lower()}.example", password=PASSWORD)  # fmt: skip
            ids[f"mieszk{number}"] = made.account.public_id
            send(system("tests"), f"Temat {word}", f"Treść {word}", {"buildings": [f"B{number}"]})
            write_in(made.account, word, number)
        send(system("tests"), f"Do wszystkich {TO_ALL}", f"Treść {CANARY}", {"all": True})
        work.commit()
    return Office(app, tenant, ids)


@pytest.fixture(autouse=True)
def _fresh_addresses(app: Any, forget_addresses: Callable[[], None]) -> None:
    forget_addresses()


@pytest.fixture
def forget_addresses(app: Any) -> Callable[[], None]:
    from tenants.db import PLATFORM

    def forget() -> None:
        with app.app_context(), db.engines[PLATFORM].begin() as connection:
            connection.execute(text("DELETE FROM platform.throttles WHERE key LIKE 'login:address:%'"))

    return forget
