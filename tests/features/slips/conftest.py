"""A manager with an account and a tax number, a resident who owes, and one who has paid too much."""

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
from app.office.commands import update_profile
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser

NRB, OFFICE_NRB, NIP = "38999900000000123400010012", "61109010140000071219812874", "1234563218"
DUE = today() + timedelta(days=5)


def entry(number: str, unit: str, *, debit: int = 0, credit: int = 0, kind: str = "charge", **more: Any) -> LedgerEntry:
    """A row of the ledger; `due` and `booked` are days, the rest as in the table."""
    due, booked = more.pop("due", None), more.pop("booked", today())
    values = {"account": "rent", "period": f"{booked:%Y-%m}", "title": f"Operacja {number}", "document": None, **more}
    return LedgerEntry(
        entry=number, unit_code=unit, kind=kind, booked_on=booked, due_on=due, debit=debit, credit=credit,
        since_revision=1, **values,
    )  # fmt: skip


def write_books() -> None:
    now: dict[str, Any] = {"since_revision": 1}
    db.session.execute(
        text("INSERT INTO revisions (number, kind, as_of, published_by) VALUES (1, 'publish', now(), 'tests')")
    )
    db.session.add(Building(code="B1", street="Gwiaździsta", number="14", postcode="67-200", city="Głogów", **now))
    flat: dict[str, Any] = {"area": Decimal("48.50"), "persons": 3, "share": "485/10000", "title": "własność"}
    for number in ("1", "2"):
        account = NRB if number == "1" else None
        db.session.add(Unit(code=f"L{number}", building_code="B1", number=number, account=account, **flat, **now))
    for code, name, home in (("anna", "Anna", "Polna"), ("zofia", "Zofia", None)):
        where = {"street": home, "number": "5/3", "postcode": "67-200", "city": "Głogów"} if home else {}
        db.session.add(Person(code=code, first_name=name, last_name="Żółć", **where, **now))
    for unit, person in (("L1", "anna"), ("L2", "zofia")):
        db.session.add(Occupancy(unit_code=unit, person_code=person, role="owner", from_on=date(2019, 1, 1), **now))
    db.session.add_all(
        [
            entry("1", "L1", debit=104821, due=DUE),
            entry("2", "L1", debit=20000, due=today() - timedelta(days=26), booked=today() - timedelta(days=40)),
            entry("3", "L2", debit=10000, due=DUE),
            entry("4", "L2", credit=30000, kind="payment"),
        ]
    )


@pytest.fixture
def payer(app: Any, tenant: Any) -> Callable[[str], Browser]:
    """`payer("anna")` owes 1 248,21 zł for L1, `payer("zofia")` has paid 200,00 zł too much for L2."""
    with app.app_context(), bind(tenant):
        write_books()
        update_profile(
            system("tests"), name="Spółdzielnia Mieszkaniowa „Słoneczna”", street_line="Cicha 1",
            city_line="67-200 Głogów", bank_account=OFFICE_NRB, nip=NIP,
        )  # fmt: skip
        for login in ("anna", "zofia"):
            create_account(system("tests"), login, [], "resident", f"{login}@poczta.example", password=PASSWORD)
        work.commit()

    def enter(login: str) -> Browser:
        browser = Browser(app, tenant)
        assert browser.log_in(login).status_code in (302, 303)
        return browser

    return enter
