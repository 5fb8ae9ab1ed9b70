"""Two houses: Anna and her lodger in the first, Celina in the second, and the office that tells them things."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import text

from app.accounts.commands import create_account
from app.announcements.queries import board
from app.core import work
from app.core.actor import system
from app.estate.models import Building, Occupancy, Person, Unit
from app.office.queries import forget
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser

STAFF = (("hanna", "clerk"), ("irena", "board"))
FIRST, SECOND = {"audience": "places", "buildings": "B1"}, {"audience": "places", "buildings": "B2"}


class House:
    """One manager with books, and browsers of everybody."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant
        with self.bound():
            _write_books()
            for login, unit in (("anna", "L1"), ("lodger", "L1"), ("celina", "L2")):
                create_account(
                    system("tests"), login, [unit], "resident", f"{login}@poczta.example",
                    person_code=login, password=PASSWORD,
                )  # fmt: skip
            for login, role in STAFF:
                create_account(system("tests"), login, [], role, f"{login}@biuro.example", password=PASSWORD)
            work.commit()

    def bound(self) -> Any:
        return _Bound(self.app, self.tenant)

    def browser(self, login: str) -> Browser:
        made = Browser(self.app, self.tenant)
        assert made.log_in(login).status_code in (302, 303)
        return made

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.bound():
            found = db.session.execute(text(statement), values)
            rows = [tuple(row) for row in found] if found.returns_rows else []  # type: ignore[attr-defined]
            work.commit()
            board.forget()
            forget(self.tenant.id)
            return rows

    def run_jobs(self, *names: str) -> None:
        """Run the waiting jobs of these names that are due, as a worker would."""
        from worker import entry

        due = "SELECT id FROM jobs WHERE state = 'waiting' AND run_after <= now() AND name = ANY(:names) ORDER BY id"
        for (row,) in self.sql(due, names=list(names)):
            with self.app.app_context():
                entry.run(self.tenant.id, row)

    def write(self, office: Browser, **values: Any) -> str:
        """A draft by the pages of staff; returns its public id."""
        data = {"title": "Przerwa w dostawie wody", "body": "W **środę** nie będzie wody.", "audience": "all",
                "importance": "ordinary", "tell": "notice", "action": "save"} | values  # fmt: skip
        answer = office.post("/admin/announcements/new", data, form="/admin/announcements/new")
        assert answer.status_code == 303, answer.text
        return str(answer.headers["Location"].rsplit("/", 1)[1])

    def publish(self, office: Browser, public_id: str, **values: Any) -> Any:
        page = f"/admin/announcements/{public_id}"
        ((version,),) = self.sql("SELECT version FROM announcements WHERE public_id = :id", id=public_id)
        return office.post(f"{page}/publish", {"when": "now", "version": str(version)} | values, form=page)

    def published(self, office: Browser, **values: Any) -> str:
        public_id = self.write(office, **values)
        answer = self.publish(office, public_id)
        assert answer.status_code == 303, answer.text
        return public_id


class _Bound:
    def __init__(self, app: Any, tenant: Any) -> None:
        self.context, self.tenant = app.app_context(), tenant

    def __enter__(self) -> None:
        self.context.__enter__()
        self.binding = bind(self.tenant)
        self.binding.__enter__()

    def __exit__(self, *why: Any) -> None:
        self.binding.__exit__(*why)
        self.context.__exit__(*why)


def _write_books() -> None:
    now, long_ago = {"since_revision": 1}, date(2019, 1, 1)
    db.session.execute(
        text("INSERT INTO revisions (number, kind, as_of, published_by) VALUES (1, 'publish', now(), 'tests')")
    )
    for number in ("1", "2"):
        place = {"street": "Lipowa", "number": number, "postcode": "67-200", "city": "Głogów"}
        db.session.add(Building(code=f"B{number}", **place, **now))
        db.session.add(Unit(code=f"L{number}", building_code=f"B{number}", number="1", area=Decimal("48.50"), **now))
    for code, name in (("anna", "Anna"), ("lodger", "Lena"), ("celina", "Celina")):
        db.session.add(Person(code=code, first_name=name, last_name="Żółć", email=f"{code}@poczta.example", **now))
    for unit, person, role in (("L1", "anna", "owner"), ("L1", "lodger", "tenant"), ("L2", "celina", "owner")):
        db.session.add(Occupancy(unit_code=unit, person_code=person, role=role, from_on=long_ago, **now))


@pytest.fixture
def house(app: Any, tenant: Any) -> House:
    found = House(app, tenant)
    forget(tenant.id)
    return found


@pytest.fixture
def office(house: House) -> Browser:
    """A clerk who is signed in."""
    return house.browser("hanna")


@pytest.fixture
def picture() -> Callable[[str], tuple[BytesIO, str]]:
    """A small photograph, as a form carries it."""

    def make(name: str = "plan.png") -> tuple[BytesIO, str]:
        made = BytesIO()
        Image.new("RGB", (40, 30), "#1f6650").save(made, "PNG")
        return BytesIO(made.getvalue()), name

    return make
