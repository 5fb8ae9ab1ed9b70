"""Closing a manager: typed out, archived, confirmed by somebody else, and gone thirty days later, not before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from app.closing import jobs
from app.core import work
from app.core.actor import Actor, system
from app.core.errors import Conflict
from app.gateways.files import files
from app.onboarding.commands import delete_manager
from app.operators import commands as operators
from config.settings import libpq_url
from tenants import provisioning
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.imports.doing import publish
from tests.features.imports.test_money_properties import HELD_UP, package, process, until
from tests.features.operators.browser import Browser
from worker import entry

PASSWORD = "Gawron-nad-Odrą-7"
_numbers = count(1)


class House:
    """A manager and two operators at the console."""

    def __init__(self, app: Any, tenant: Any) -> None:
        self.app, self.tenant = app, tenant
        self.first, self.second = self._operator(), self._operator()
        self.path = f"/tenants/{tenant.slug}/closing"

    def _operator(self) -> Browser:
        number = next(_numbers)
        with self.app.app_context():
            operators.create_operator(system("tests"), f"zamyka{number}@example.com", PASSWORD)
            work.commit()
        made = Browser(self.app, "console.osiedle.test", f"10.8.{number}.1")
        assert made.log_in(f"zamyka{number}@example.com", PASSWORD).status_code == 303
        return made

    def ask(self, who: Browser, typed: str | None = None, reason: str = "Odchodzi") -> int:
        who.get(self.path)
        answer = who.post(self.path, slug=self.tenant.slug if typed is None else typed, reason=reason)
        return int(answer.status_code)

    def confirm(self, who: Browser, typed: str | None = None) -> int:
        who.get(self.path)
        answer = who.post(f"{self.path}/confirm", slug=self.tenant.slug if typed is None else typed)
        return int(answer.status_code)

    def take_back(self, who: Browser) -> int:
        who.get(self.path)
        return int(who.post(f"{self.path}/back", reason="Zostaje").status_code)

    def archive(self) -> None:
        row = self.rows("SELECT id FROM platform.jobs WHERE name = 'closing.archive' AND key = :key", key=self.id)[0][0]
        self.rows("UPDATE platform.jobs SET state = 'waiting', run_after = now() WHERE id = :id", id=row)
        with self.app.app_context():
            entry.run(None, row)

    def night(self) -> None:
        with self.app.app_context():
            jobs.night()
            work.commit()

    def ready(self) -> None:
        assert self.ask(self.first) == 303
        self.archive()
        assert self.confirm(self.second) == 303
        self.rows(
            "UPDATE platform.closings SET delete_after = now() - interval '1 second' WHERE public_id = :id", id=self.id
        )

    @property
    def id(self) -> str:
        return str(self.one("SELECT public_id FROM platform.closings WHERE tenant_id = :t ORDER BY id DESC LIMIT 1"))

    @property
    def state(self) -> str:
        return str(self.one("SELECT state FROM platform.closings WHERE tenant_id = :t ORDER BY id DESC LIMIT 1"))

    @property
    def exists(self) -> bool:
        return bool(self.one("SELECT count(*) FROM platform.tenants WHERE id = :t")) and self.schema

    @property
    def schema(self) -> bool:
        with psycopg.connect(libpq_url(self.app.settings.database_url)) as owner:
            found = owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname = %s", (self.tenant.schema,))
            return bool(found.fetchall()[0][0])

    def one(self, statement: str) -> Any:
        return self.rows(statement, t=self.tenant.id)[0][0]

    def rows(self, statement: str, **values: Any) -> list[Any]:
        with self.app.app_context(), db.engines[PLATFORM].begin() as connection:
            result = connection.execute(text(statement), values)
            return list(result.all()) if result.returns_rows else []


@pytest.fixture
def house(app: Any, new_tenant: Callable[..., Any]) -> House:
    return House(app, new_tenant(post=False))


def test_a_manager_goes_after_an_archive_a_second_operator_and_thirty_days(house: House, client: Any) -> None:
    visitor = client(house.tenant.slug)
    assert visitor.get("/login").status_code == 200
    assert house.ask(house.first) == 303
    assert visitor.get("/login").status_code == 503
    assert house.confirm(house.second) == 409, "without an archive there is nothing to confirm"
    house.archive()
    assert house.state == "archived"
    kept = house.one("SELECT sha256 FROM platform.closings WHERE tenant_id = :t")
    with house.app.app_context(), files().below(jobs.folder(house.id), jobs.NAME) as file:
        assert hashlib.sha256(file.read()).hexdigest() == kept
    assert kept in house.second.get(house.path).get_data(as_text=True)
    assert house.confirm(house.first) == 422, "the one who asked does not confirm"
    assert house.confirm(house.second, "inna") == 422
    assert house.confirm(house.second) == 303
    page = visitor.get("/login")
    assert page.status_code == 503
    assert "Portal został zamknięty" in page.get_data(as_text=True)
    assert house.tenant.name in page.get_data(as_text=True)
    days = "SELECT extract(day FROM delete_after - confirmed_at) FROM platform.closings WHERE tenant_id = :t"
    assert house.one(days) == 30
    house.night()
    assert house.exists, "the time of grace is not over"
    house.rows(
        "UPDATE platform.closings SET delete_after = now() - interval '1 second' WHERE public_id = :id", id=house.id
    )
    house.night()
    assert not house.exists
    assert not house.schema
    assert house.state == "deleted"
    assert visitor.get("/login").status_code == 404
    assert house.tenant.name in house.first.get("/closings").get_data(as_text=True)
    house.night()
    assert house.state == "deleted", "a second night finds nothing to do"


@pytest.mark.parametrize("typed", ["", "inna", "a" * 10_000, "' OR 1=1"])
def test_the_subdomain_must_be_typed_exactly(house: House, typed: str) -> None:
    assert house.ask(house.first, typed) == 422
    assert house.one("SELECT status FROM platform.tenants WHERE id = :t") == "active"


def test_a_closing_can_be_taken_back_until_the_end(house: House, client: Any) -> None:
    house.ready()
    assert house.take_back(house.first) == 303
    assert house.state == "taken_back"
    assert client(house.tenant.slug).get("/login").status_code == 200
    house.night()
    assert house.exists
    assert house.one("SELECT contact ? 'closed' FROM platform.tenants WHERE id = :t") is False
    assert house.ask(house.second) == 303, "and it can be closed again"


def test_a_manager_that_was_suspended_before_stays_so_when_the_closing_is_taken_back(house: House) -> None:
    with house.app.app_context():
        operators.suspend(Actor("operator", "ola@example.com"), house.tenant.slug, "nie płaci")
        work.commit()
    assert house.ask(house.first) == 303
    assert house.take_back(house.second) == 303
    assert house.one("SELECT status FROM platform.tenants WHERE id = :t") == "suspended"


def test_resuming_goes_round_no_closing(house: House) -> None:
    assert house.ask(house.first) == 303
    assert house.ask(house.second) == 409
    house.first.get(f"/tenants/{house.tenant.slug}")
    answer = house.first.post(f"/tenants/{house.tenant.slug}/resume", reason="już dobrze")
    assert answer.status_code == 422
    assert house.one("SELECT status FROM platform.tenants WHERE id = :t") == "suspended"


def test_an_archive_that_is_lost_or_changed_keeps_the_manager(house: House) -> None:
    house.ready()
    with house.app.app_context():
        files().fill(jobs.folder(house.id), jobs.NAME, [b"something else"])
    house.night()
    assert house.exists
    assert "archive missing" in house.second.get(house.path).get_data(as_text=True)
    with house.app.app_context():
        files().clear(jobs.folder(house.id))
    house.night()
    assert house.exists


def test_two_at_once_open_one_closing(house: House) -> None:
    with house.app.app_context():
        assert house.ask(house.first) == 303
    with pytest.raises(Exception, match="uq_closings_live"):
        house.rows(
            "INSERT INTO platform.closings (public_id, tenant_id, slug, name, schema, reason, was_suspended, asked_by) "
            "SELECT 'x', tenant_id, slug, name, schema, reason, true, asked_by FROM platform.closings "
            "WHERE tenant_id = :t",
            t=house.tenant.id,
        )


def test_a_manager_is_not_deleted_under_its_running_import(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deletion meets an import in the midst of writing: it waits its turn, and then leaves nothing."""
    monkeypatch.setattr(provisioning, "REMOVAL_PATIENCE", "300ms")
    publish(house.app, house.tenant, package(tmp_path / "a.zip", {"E1": ("L1", "opłaty", 100)}))
    other = package(tmp_path / "b.zip", {"E1": ("L1", "opłaty", 200)})
    house.ready()
    url = libpq_url(house.app.settings.database_url)
    with psycopg.connect(url) as somebody, psycopg.connect(url, autocommit=True) as watching:
        somebody.execute(f"SELECT 1 FROM {house.tenant.schema}.ledger_entries FOR UPDATE".encode())
        with process(house.app, lambda: publish(house.app, house.tenant, other)):
            until(lambda: watching.execute(HELD_UP).fetchone() is not None, 60)
            house.night()
            assert house.exists
            assert house.state == "confirmed"
            with house.app.app_context(), pytest.raises(Conflict):
                delete_manager(system("tests"), house.tenant.slug, house.tenant.slug)
            assert house.exists
            somebody.rollback()
            last = f"SELECT status FROM {house.tenant.schema}.imports ORDER BY id DESC LIMIT 1".encode()
            until(lambda: watching.execute(last).fetchall()[0][0] == "published", 60)
    house.night()
    assert not house.exists
    assert not house.schema
    with house.app.app_context():
        assert files().names(house.tenant.schema) == []


def test_neither_archive_nor_deletion_begins_while_a_worker_holds_a_job_there(house: House) -> None:
    with house.app.app_context(), bind(house.tenant):
        db.session.execute(
            text(
                "INSERT INTO jobs (name, key, lane, state, lease_until) "
                "VALUES ('imports.run', 'x', 'bulk', 'running', now() + interval '1 minute')"
            )
        )
        work.commit()
    assert house.ask(house.first) == 303
    house.archive()
    assert house.state == "asked"
    with house.app.app_context(), bind(house.tenant):
        db.session.execute(text("UPDATE jobs SET state = 'done', lease_until = NULL"))
        work.commit()
    house.archive()
    assert house.state == "archived"
