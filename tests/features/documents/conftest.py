"""A cooperative with four residents and an office, each in a browser of their own, and files to upload."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import system
from app.estate.models import Building, Occupancy, Person, Unit
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser, write_books
from worker import entry

KEY = re.compile(r'name="form_key"[^>]* value="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


def pdf(*lines: str) -> bytes:
    """A small PDF of one page with these lines (Latin letters only)."""
    shown = " ".join(f"({line}) Tj 0 -20 Td" for line in lines)
    stream = f"BT /F1 14 Tf 60 760 Td {shown} ET".encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    made, places = b"%PDF-1.7\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(made)
    return made + b"xref\n0 6\n0000000000 65535 f \n" + table + end


class House:
    """The manager of a test: who comes in, what lies in its tables, and its background work done here and now."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant
        self._browsers: dict[str, Browser] = {}

    def enter(self, login: str) -> Browser:
        if login not in self._browsers:
            self._browsers[login] = Browser(self.app, self.tenant)
            assert self._browsers[login].log_in(login).status_code in (302, 303)
        return self._browsers[login]

    @property
    def stranger(self) -> Browser:
        """Somebody without an account."""
        return Browser(self.app, self.tenant)

    def sql(self, statement: str, **values: Any) -> list[Any]:
        with self.app.app_context(), bind(self.tenant):
            found = db.session.execute(text(statement), values)
            rows = [tuple(row) for row in found] if found.returns_rows else []  # type: ignore[attr-defined]
            work.commit()
            return rows

    def do(self, body: Callable[[], Any]) -> Any:
        with self.app.app_context(), bind(self.tenant):
            made = body()
            work.commit()
            return made

    def work(self) -> None:
        """Do what waits for a worker of documents and stored files."""
        for _round in range(4):
            waiting = self.sql(
                "SELECT id FROM jobs WHERE state = 'waiting' AND name ~ '^(documents|attachments)\\.' ORDER BY id"
            )
            for (row,) in waiting:
                with self.app.app_context():
                    entry.run(self.tenant.id, row)
            if not waiting:
                return

    def upload(self, who: str = "hanna", **values: Any) -> str:
        """The office saves a draft and reads its file; returns the document's public id."""
        answer = self.sent(who, "/admin/documents/new", **values)
        assert answer.status_code == 303, answer.text
        self.work()
        return str(answer.headers["Location"].rpartition("/")[2])

    def sent(self, who: str, path: str, page: str | None = None, **values: Any) -> Any:
        """Fill the form of a page and send it, files and all."""
        browser = self.enter(who)
        shown = browser.get(page or path).text
        key, token = KEY.search(shown), TOKEN.search(shown)
        given = {"csrf_token": token[1] if token else "", "form_key": key[1] if key else ""}
        if path.endswith("/new"):
            file = (BytesIO(pdf("Tresc dokumentu")), "plik.pdf")
            given |= {"title": "Dokument", "category": "other", "access": "residents", "files": file}
        data = {name: value for name, value in {**given, **values}.items() if value is not None}
        options = {"base_url": browser.base_url, "content_type": "multipart/form-data"}
        return browser.client.post(path, data=data, **options)

    def published(self, who: str = "hanna", **values: Any) -> str:
        """A document that is saved, read and published; returns its public id."""
        made = self.upload(who, **values)
        answer = self.sent(who, f"/admin/documents/{made}/publish", f"/admin/documents/{made}")
        assert answer.status_code == 303, answer.text
        return made


@pytest.fixture
def house(app: Any, tenant: Any) -> House:
    """O1 holds L001 and L002 in B1, O2 L001, O3 L003; O4 lodges in L001; O5 holds L900 in B9. O1 is a member."""
    made = House(app, tenant)

    def fill() -> None:
        write_books()
        now = {"since_revision": 1}
        db.session.add(Building(code="B9", street="Daleka", number="9", postcode="67-200", city="Głogów", **now))
        db.session.add(Unit(code="L900", building_code="B9", number="1", area=40, **now))
        people = "INSERT INTO people (code, first_name, last_name, since_revision) VALUES (:code, :first, :last, 1)"
        for code, first, last in (("O4", "Daria", "Najemska"), ("O5", "Edward", "Daleki")):
            db.session.execute(text(people), {"code": code, "first": first, "last": last})
        for unit, person, role in (("L001", "O4", "tenant"), ("L900", "O5", "owner")):
            title = {"unit_code": unit, "person_code": person, "role": role}
            db.session.add(Occupancy(**title, from_on=date(2021, 5, 1), **now))
        db.session.execute(text("UPDATE people SET until_revision = 2 WHERE code = 'O1'"))
        db.session.add(Person(code="O1", first_name="Anna", last_name="Żółć", member=True, since_revision=2))
        for login in ("O1", "O2", "O3", "O4", "O5"):
            create_account(system("tests"), login, [], "resident", f"{login.lower()}@poczta.example", password=PASSWORD)
        for login, role in (("hanna", "clerk"), ("irena", "board"), ("ewa", "admin")):
            create_account(system("tests"), login, [], role, f"{login}@poczta.example", password=PASSWORD)

    made.do(fill)
    return made
