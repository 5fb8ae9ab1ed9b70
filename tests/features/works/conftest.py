"""A building site with an owner, an architect, two contractors and an estimator, each in a browser of their own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.accounts.commands import create_account
from app.core import work
from app.core.actor import Actor, Role, rights, system
from app.works import commands
from app.works.access import place
from tenants.context import bind
from tenants.db import db
from tests.features.accounts.conftest import PASSWORD, Browser, write_books
from worker import entry

KEY = re.compile(r'name="form_key"[^>]* value="([^"]+)"')
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
#: login -> (name, firm, role on the site)
PEOPLE = {
    "olga": ("Olga Właścicielska", "Spółdzielnia", "owner"),
    "marek": ("Marek Kierownik", "Bud-Mar", "manager"),
    "adam": ("Adam Architekt", "Pracownia A", "architect"),
    "wojtek": ("Wojtek Wykonawca", "Dachy Sp. z o.o.", "contractor"),
    "wanda": ("Wanda Wykonawcza", "Okna i Drzwi", "contractor"),
    "kasia": ("Kasia Kosztorysant", "Kosztorysy", "estimator"),
    "sara": ("Sara Sekretarska", "Spółdzielnia", "secretariat"),
}


class Site:
    """A site `id` (public id) at the manager of a test. `obcy` has an account and another site, `gap` none."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant
        self.id = self.other_id = ""
        self._browsers: dict[str, Browser] = {}

    @property
    def url(self) -> str:
        return f"/works/{self.id}"

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
        """Run a command or query with the tenant bound."""
        with self.app.app_context(), bind(self.tenant):
            made = body()
            work.commit()
            return made

    def actor(self, login: str) -> Actor:
        """The actor behind a login, for commands and queries."""
        ((account_id, role),) = self.sql("SELECT id, role FROM accounts WHERE login = :login", login=login)
        return Actor("account", login, account_id=account_id, role=Role(role), can=rights(Role(role)))

    def work(self, names: str = "works|attachments|outbox") -> None:
        """Do what waits for a worker, of jobs whose names begin so."""
        for _round in range(6):
            waiting = self.sql(
                "SELECT id FROM jobs WHERE state = 'waiting' AND name ~ :names ORDER BY id", names=f"^({names})\\."
            )
            for (row,) in waiting:
                with self.app.app_context():
                    entry.run(self.tenant.id, row)
            if not waiting:
                return

    def sent(self, who: str, path: str, page: str | None = None, **values: Any) -> Any:
        """Fill the form of a page and send it, files and all; `page` is where the form stands if not at `path`."""
        browser = self.enter(who)
        shown = browser.get(page or path).text
        key, token = KEY.search(shown), TOKEN.search(shown)
        given = {"csrf_token": token[1] if token else "", "form_key": key[1] if key else ""}
        data = {name: value for name, value in {**given, **values}.items() if value is not None}
        options = {"base_url": browser.base_url, "content_type": "multipart/form-data"}
        return browser.client.post(path, data=data, **options)


@pytest.fixture
def site(app: Any, tenant: Any) -> Site:
    """See `PEOPLE`; of the office ewa administers, hanna is a clerk and irena of the board; R1 is a resident of B1."""
    made = Site(app, tenant)
    boss = system("tests")

    def fill() -> None:
        write_books()
        for login, role in (("ewa", "admin"), ("hanna", "clerk"), ("irena", "board")):
            create_account(boss, login, [], role, f"{login}@poczta.example", password=PASSWORD)
        create_account(boss, "O1", [], "resident", "o1@poczta.example", password=PASSWORD)
        for login in (*PEOPLE, "obcy", "gap"):
            create_account(boss, login, [], "collaborator", f"{login}@firma.example", password=PASSWORD)

    made.do(fill)
    ewa = made.actor("ewa")
    ids = {login: made.actor(login).account_id or 0 for login in (*PEOPLE, "obcy")}

    def build() -> tuple[str, str]:
        first = commands.open_site(ewa, "Remont dachu", ["B1"], street="Lipowa 4", city="Głogów")
        second = commands.open_site(ewa, "Inna budowa", [])
        here, there = place(ewa, first.public_id), place(ewa, second.public_id)
        for login, (name, firm, duty) in PEOPLE.items():
            commands.add_member(ewa, here, ids[login], name, duty, firm)
        commands.add_member(ewa, there, ids["obcy"], "Obcy Obcowski", "owner")
        return first.public_id, second.public_id

    made.id, made.other_id = made.do(build)
    return made
