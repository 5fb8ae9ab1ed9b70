"""A small estate whose people can be reached in different ways, and short words for handing out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from app.estate.models import Building, Occupancy, Person, Unit
from app.gateways.sms import Folder
from tenants.context import bind
from tenants.db import db

PASSWORD = "Zielony-Kasztan-77"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class House:
    """One manager with books; every call is a unit of work of its own."""

    def __init__(self, app: Any, tenant: Any, post: Any, var: Path) -> None:
        self.app, self.tenant, self.post, self.var = app, tenant, post, var

    def do(self, function: Callable[..., Any], *args: Any, **options: Any) -> Any:
        with self.app.app_context(), bind(self.tenant):
            found = function(*args, **options)
            work.commit()
            return found

    def sql(self, statement: str, **values: Any) -> list[Any]:
        def run() -> list[Any]:
            result = db.session.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []

        return self.do(run)

    def hand_out(self, login: str, way: str, actor: Any = None) -> Any:
        from app.accounts.models import Account
        from app.credentials.commands import hand_out

        def run() -> Any:
            account = db.session.query(Account).filter_by(login=login).one()
            return hand_out(actor or system("tests"), account, way)

        return self.do(run)

    def open(self, login: str, **values: Any) -> str:
        values = {"person_code": login, "email": None} | values
        return str(self.do(lambda: create_account(system("tests"), login, **values).account.public_id))

    def send(self, sms: Any = None) -> None:
        """Let the outbox send what is due, messages into a folder unless another gateway is given."""
        from app.gateways.mail import SmtpMailer, server
        from app.outbox.sending import turn, turn_sms

        for lane in ("urgent", "bulk"):
            self.do(lambda lane=lane: turn_sms(lane, sms or Folder(self.var / "sms")))
            self.do(lambda lane=lane: turn(lane, SmtpMailer(server(self.post.url))))

    def messages(self) -> list[dict[str, str]]:
        return [json.loads(path.read_text()) for path in sorted((self.var / "sms").glob("*.json"))]

    def work_off(self, public_id: str, seconds: float = 60) -> None:
        from app.credentials.commands import batching, printing

        while self.do(batching.turn, public_id, seconds):
            pass
        while self.do(printing.print_part, public_id):
            pass

    def browser(self, login: str | None = None) -> Any:
        browser = Visitor(self.app, self.tenant)
        if login:
            assert browser.send("/login", {"login": login, "password": PASSWORD}).status_code == 303
        return browser


class Visitor:
    """A browser on the manager's host; `send` posts with the token of the page itself."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.client, self.base = app.test_client(), f"http://{tenant.host}"

    def get(self, path: str) -> Any:
        return self.client.get(path, base_url=self.base)

    def send(self, path: str, data: dict[str, Any], form: str | None = None, address: str = "127.0.0.1") -> Any:
        page = TOKEN.search(self.get(form or path).text)
        sent = {**data, "csrf_token": page[1] if page else ""}
        return self.client.post(path, data=sent, base_url=self.base, environ_base={"REMOTE_ADDR": address})


@pytest.fixture
def house(app: Any, tenant: Any, post: Any, tmp_path: Path) -> House:
    made = House(app, tenant, post, tmp_path)
    made.do(write_books)
    for login, role in (("ewa", "admin"), ("hanna", "clerk"), ("irena", "board")):
        made.do(lambda login=login, role=role: create_account(system("tests"), login, (), role, password=PASSWORD))
    return made


# code, name, e-mail, phone, building, staircase, number
PEOPLE = (
    ("O1", "Anna", "Żółć", "anna@poczta.example", "601 234 567", "B1", "A", "1"),
    ("O2", "Bogdan", "Łoś", "bogdan@poczta.example", None, "B1", "A", "2"),
    ("O3", "Celina", "Wąs", None, "76 833 12 34", "B1", "B", "3"),
    ("O4", "Dariusz", "Gęś", "dariusz@poczta.example", "+48 602 345 678", "B2", None, "1"),
    ("O5", "Ewa", "#let x = *Źdźbło*", None, None, "B2", None, "10"),
)


def write_books() -> None:
    now = {"since_revision": 1}
    for code, street, number in (("B1", "Gwiaździsta", "14"), ("B2", "Akacjowa", "3")):
        db.session.add(Building(code=code, street=street, number=number, postcode="67-200", city="Głogów", **now))
    for code, first, last, email, phone, building, staircase, number in PEOPLE:
        about = {"building_code": building, "staircase": staircase, "number": number, "area": Decimal("48.50")}
        db.session.add(Unit(code=f"L{code}", **about, **now))
        db.session.add(Person(code=code, first_name=first, last_name=last, email=email, phone=phone, **now))
        title = {"unit_code": f"L{code}", "person_code": code, "role": "owner"}
        db.session.add(Occupancy(**title, from_on=date(2019, 1, 1), **now))
