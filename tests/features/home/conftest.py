"""A small cooperative: Anna with two flats, her lodger, her proxy, a seller, and somebody without any title."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from app.core.clock import today
from app.estate.models import Building, Occupancy, Person, Unit
from app.finances.models import LedgerEntry
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser

PEOPLE = {"anna": "Anna", "lodger": "Lena", "proxy": "Piotr", "seller": "Stefan", "buyer": "Beata", "nobody": "Nikt"}


def write_town() -> None:
    now, long_ago, day = {"since_revision": 1}, date(2019, 1, 1), today()
    db.session.execute(
        text(
            "INSERT INTO revisions (number, kind, as_of, published_by) VALUES (1, 'publish', now(), 'tests') "
            "ON CONFLICT DO NOTHING"
        )
    )
    db.session.add(Building(code="B1", street="Gwiaździsta", number="14", postcode="67-200", city="Głogów", **now))
    for number in ("1", "2", "3"):
        flat = {"number": number, "area": Decimal("48.50"), "persons": 3, "share": "485/10000", "title": "własność"}
        db.session.add(Unit(code=f"L{number}", building_code="B1", account=f"{number}" * 26, **flat, **now))
    for code, name in PEOPLE.items():
        db.session.add(Person(code=code, first_name=name, last_name="Żółć", **now))
    for unit, person, role, first, last in (
        ("L1", "anna", "owner", long_ago, None),
        ("L2", "anna", "owner", long_ago, None),
        ("L1", "lodger", "tenant", long_ago, None),
        ("L2", "proxy", "proxy", long_ago, None),
        ("L3", "seller", "owner", long_ago, day - timedelta(days=1)),
        ("L3", "buyer", "owner", day, None),
    ):
        db.session.add(Occupancy(unit_code=unit, person_code=person, role=role, from_on=first, to_on=last, **now))
    for number, (unit, booked, title, debit) in enumerate(
        [("L1", day, "Opłata Anny", 12345), ("L3", day - timedelta(days=40), "Opłata sprzedawcy", 77700)]
    ):
        entry = {"entry": str(number), "kind": "charge", "account": "rent", "booked_on": booked}
        db.session.add(LedgerEntry(unit_code=unit, title=title, debit=debit, credit=0, **entry, **now))


@pytest.fixture
def people(app: Any, tenant: Any) -> Callable[[str], Browser]:
    """`people("anna")` is her browser."""
    with app.app_context(), bind(tenant):
        write_town()
        for login in PEOPLE:
            create_account(system("tests"), login, [], "resident", f"{login}@poczta.example", password=PASSWORD)
        work.commit()

    def enter(login: str) -> Browser:
        browser = Browser(app, tenant)
        assert browser.log_in(login).status_code in (302, 303)
        return browser

    return enter
