"""The contact page is tried on the houses of notifications, with a second building and somebody who configures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.core.actor import system
from tests.features.notifications.conftest import PASSWORD, Visitor, enter, house

__all__ = ["add", "boss", "enter", "house"]
SECOND = (
    "INSERT INTO buildings (since_revision, code, street, number, postcode, city) "
    "VALUES (1, 'B2', 'Polna', '7', '00-001', 'Łódź')",
    "INSERT INTO units (since_revision, code, building_code, number, area) VALUES (1, 'U9', 'B2', '9', 50)",
    "INSERT INTO people (since_revision, code, first_name, last_name) VALUES (1, 'P9', 'Ola', 'Bąk')",
    "INSERT INTO occupancies (since_revision, unit_code, person_code, role, from_on) "
    "VALUES (1, 'U9', 'P9', 'owner', '2020-01-01')",
)


@pytest.fixture
def boss(house: Any, enter: Any) -> Visitor:
    from app.accounts.commands import create_account

    for statement in SECOND:
        house.sql(statement)
    house.do(lambda: create_account(system("tests"), "szefowa", (), "admin", "s@example.org", password=PASSWORD))
    made: Visitor = enter("szefowa")
    return made


@pytest.fixture
def add(house: Any) -> Callable[..., str]:
    """Writes an entry: `add("person", "Halina", ["B1"], phone="22 555 01 21")`; returns its public id."""
    from app.contact.commands import save

    def write(kind: str, name: str, buildings: Any = (), *, open_to_all: bool = True, **typed: str) -> str:
        return str(
            house.do(lambda: save(system("tests"), kind, {"name": name, **typed}, buildings, open_to_all=open_to_all))
        )

    return write
