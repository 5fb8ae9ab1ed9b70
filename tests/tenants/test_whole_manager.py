"""A whole manager, with everything that the town has, comes back under another name: row by row and byte by byte."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from app.audit.sealing import CHAIN
from app.core import work
from app.core.actor import system
from app.core.runtime import settings
from app.credentials.commands import batching
from app.credentials.places import Place
from app.gateways.files import files
from app.imports import commands as imports
from app.imports import running
from app.onboarding import restoring
from app.onboarding.commands import export_manager, restore_manager
from config.settings import libpq_url
from tenants.archive import exporting
from tenants.context import Mode, bind
from tenants.db import db
from tests.factories import packages
from tests.town import PASSWORD, Town, _bank, books

LEFT_OUT = restoring.LEFT_OUT | {"calendar_feeds", "works_guest_visits"}
# What is going on with programs and with support, in a manager that is about to be archived.
OPEN = """
WITH hook AS (INSERT INTO webhooks (public_id, name, url, events, secret, created_by)
    VALUES ('h', 'x', 'https://x.example', '[]', '\\x00', 'x') RETURNING id),
delivery AS (INSERT INTO webhook_deliveries (public_id, webhook_id, event_id, event, body)
    SELECT 'd', id, 'e', 'x', '{}' FROM hook),
leave AS (INSERT INTO support_grants (public_id, granted_by, until, writes, note)
    VALUES ('g', 'x', now() + interval '1 hour', false, '') RETURNING id)
INSERT INTO support_visits (grant_id, operator, operator_id, operator_session, reason, link_digest, link_until)
    SELECT id, 'x', 1, 1, 'x', '\\x01', now() + interval '1 hour' FROM leave
"""
LEFT = text("SELECT count(*) FROM webhooks"), text("SELECT count(*) FROM support_visits")


def rows(schema: str) -> dict[str, list[str]]:
    """Each lasting table's rows as JSON in order, without the name of the schema and what a restore settles."""
    settled: dict[str, set[str]] = {}
    for each in restoring.SETTLED:
        settled.setdefault(each.table, set()).update(each.columns)
    found = {}
    with psycopg.connect(libpq_url(settings().database_url)) as owner:
        tables = owner.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = %s::regnamespace AND relkind = 'r' "
            "AND relpersistence = 'p' ORDER BY 1",
            (schema,),
        ).fetchall()
        for (table,) in tables:
            query = sql.SQL("SELECT to_jsonb(x) FROM {} x").format(sql.Identifier(schema, table))
            ignored = settled.get(table, set()) - {"storage_key", "sample_key", "key", "parts"}
            kept = [
                json.dumps({name: value for name, value in row.items() if name not in ignored}, sort_keys=True)
                for (row,) in owner.execute(query).fetchall()
            ]
            found[table] = sorted(line.replace(schema, "SCHEMA") for line in kept)
    return found


def stored(schema: str) -> dict[str, bytes]:
    found = {}
    for name in files().names(schema):
        with files().below(schema, name) as source:
            found[name] = source.read()
    return found


@pytest.fixture
def restored(town: Town, context: Any, leaving: Any, tmp_path: Path) -> Iterator[Any]:
    """The town's first manager once more, as `drugi`."""
    export_manager(system("tests"), "alfa", tmp_path / "alfa.zip")
    tenant, _outcomes = restore_manager(system("tests"), tmp_path / "alfa.zip", "drugi")
    yield tenant
    leaving.add([tenant])
    files().clear(tenant.schema)


def test_every_row_and_every_file_is_back_and_nothing_names_the_old_place(
    town: Town, restored: Any, client: Any
) -> None:
    before, after = rows(town.alfa.schema), rows(restored.schema)
    assert set(before) == set(after)
    assert sum(map(len, after.values())) > 150, "the town is full of things"
    for table in set(before) - LEFT_OUT:
        assert before[table] == after[table], table
    assert not any(town.alfa.schema in line for lines in after.values() for line in lines)
    assert not any(after[table] for table in LEFT_OUT - {"jobs"})

    assert stored(restored.schema) == stored(town.alfa.schema) != {}
    with bind(restored):
        key = db.session.scalars(text("SELECT sample_key FROM import_profiles")).one()
        with files().local_path(key) as path:
            assert path.stat().st_size > 0
        CHAIN.seal()
        assert CHAIN.verify().broken is None

    browser = client("drugi")  # and people get in with the passwords that they have
    token = browser.get("/login").get_data(as_text=True).split('name="csrf_token" value="', 1)[1].split('"', 1)[0]
    answer = browser.post("/login", data={"login": "P2", "password": PASSWORD, "csrf_token": token})
    assert answer.status_code == 303


def test_an_archive_made_while_an_import_is_published_holds_the_books_of_before(
    new_tenant: Any, context: Any, leaving: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The import begins before the export, is in the middle of its transaction at the first table, and is published
    at the second: the archive is the manager without it, and can be worked with."""
    tenant = new_tenant()
    _publish(tenant, books("alfa"), tmp_path / "first.zip")
    with bind(tenant):
        _bank("KANARALFA")
        batching.start(system("tests"), batching.Order(Place(), "letter"), "form")
        parts = json.dumps([{"key": f"{tenant.schema}/letters/x", "letters": 1}, {"letters": 0}])
        db.session.execute(text("UPDATE credential_batches SET parts = CAST(:parts AS jsonb)"), {"parts": parts})
        db.session.execute(text(OPEN))
        work.commit()
    before = rows(tenant.schema)
    reached, go_on = threading.Event(), threading.Event()
    changed = books("alfa")
    changed["units"][0][3] = "999"
    errors: list[Any] = []

    conclude = running._conclude

    def before_the_commit(*arguments: Any) -> None:
        conclude(*arguments)
        reached.set()
        assert go_on.wait(30)

    monkeypatch.setattr(running, "_conclude", before_the_commit)

    def publish() -> None:
        try:
            with context.app_context():
                _publish(tenant, changed, tmp_path / "second.zip")
        except Exception as error:
            errors.append(error)
        finally:
            reached.set()

    thread = threading.Thread(target=publish)
    thread.start()
    assert reached.wait(30)
    original = exporting._export_table
    done: list[str] = []

    def while_it_is_published(*arguments: Any) -> Any:
        part = original(*arguments)
        done.append(part.name)
        if len(done) == 1:
            go_on.set()
            thread.join(30)
        return part

    monkeypatch.setattr(exporting, "_export_table", while_it_is_published)
    export_manager(system("tests"), tenant.slug, tmp_path / "a.zip")
    assert errors == []
    assert rows(tenant.schema)["revisions"] != before["revisions"], "the import was published meanwhile"
    back, _outcomes = restore_manager(system("tests"), tmp_path / "a.zip", f"{tenant.slug}b")
    leaving.add([back])
    after = rows(back.schema)
    for table in ("units", "people", "ledger_entries", "revisions", "charges", "occupancies"):
        assert after[table] == before[table], table
    with bind(back):
        assert [db.session.scalar(each) for each in LEFT] == [0, 0], "programs and support are let in anew"
        parts = db.session.scalars(text("SELECT parts FROM credential_batches")).one()
        assert parts == [{"key": f"{back.schema}/letters/x", "letters": 1}, {"letters": 0}]
        with files().local_path(db.session.scalars(text("SELECT storage_key FROM bank_files")).one()) as path:
            assert b"KANARALFA" in path.read_bytes()
    files().clear(back.schema)


def _publish(tenant: Any, sheets: Any, path: Path) -> None:
    packages.archive(path, sheets)
    with bind(tenant, Mode.BULK):
        public_id = imports.begin(system("tests"), path, mode="snapshot", dry_run=False).public_id
        work.commit()
        report = imports.run(public_id, path)
        assert report.status == "published", report.as_dict()
