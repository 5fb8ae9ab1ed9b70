"""Imports side by side: one after the other for one manager, at the same time for two, and readers see whole states."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from config.settings import libpq_url
from tenants.context import Mode, bind
from tenants.db import db
from tests.factories import packages
from tests.features.imports.doing import books, imports, publish, scalar, take_back
from tests.worker.conftest import ended, process, until


def package(path: Path, price: int, rows: int = 300) -> Path:
    """A ledger in which every entry has the same amount."""
    small = packages.small()
    pattern = small["ledger"][1]
    ledger = [[f"{number}", *pattern[1:7], Decimal(price), None, None, None] for number in range(rows)]
    return packages.archive(path, {**small, "ledger": ledger, "control": []})


def test_one_manager_in_turn_two_at_once(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    busy, free = new_tenant(post=False), new_tenant(post=False)
    path = package(tmp_path / "a.zip", 1)
    with psycopg.connect(libpq_url(app.settings.database_url)) as somebody:
        somebody.execute("SELECT pg_advisory_xact_lock(4217, %s)", (busy.id,))
        with process(app, lambda: publish(app, busy, path)) as waiting:
            until(lambda: imports(app, busy) == [("running", None)])
            assert publish(app, free, path)["status"] == "published"
            assert ended(waiting, 0.3) is None and imports(app, busy) == [("running", None)]
            somebody.rollback()
            assert ended(waiting, 10) == 0
    assert imports(app, busy) == [("published", 1)]


def test_a_crowd_of_imports_ends_as_some_order_would(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    tenant = new_tenant(post=False)
    paths = [package(tmp_path / f"{price}.zip", price, 50) for price in (1, 2, 3)]
    with (
        process(app, lambda: publish(app, tenant, paths[0])) as a,
        process(app, lambda: publish(app, tenant, paths[1])) as b,
        process(app, lambda: publish(app, tenant, paths[2])) as c,
    ):
        assert [ended(pid, 30) for pid in (a, b, c)] == [0, 0, 0]
    assert sorted(imports(app, tenant)) == [("published", 1), ("published", 2), ("published", 3)]
    for revision in (1, 2, 3):
        assert len({entry[7] for entry in books(app, tenant, revision)["ledger"]}) == 1
    assert scalar(app, tenant, "SELECT count(*) FROM ledger_entries") == 150


def test_the_same_package_from_two_windows(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    tenant = new_tenant(post=False)
    path = package(tmp_path / "a.zip", 1, 50)
    with process(app, lambda: publish(app, tenant, path)) as a, process(app, lambda: publish(app, tenant, path)) as b:
        assert [ended(pid, 30) for pid in (a, b)] == [0, 0]
    assert sorted(imports(app, tenant)) == [("published", 1), ("unchanged", 1)]
    assert scalar(app, tenant, "SELECT count(*) FROM ledger_entries") == 50


def test_readers_see_whole_revisions(app: Any, new_tenant: Callable[..., Any], tmp_path: Path) -> None:
    tenant = new_tenant(post=False)
    publish(app, tenant, package(tmp_path / "0.zip", 1))
    stop, seen, faults = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            with app.app_context(), bind(tenant, Mode.SNAPSHOT):
                first = db.session.execute(text("SELECT max(number) FROM revisions")).scalar_one()
                time.sleep(0.002)
                found = db.session.execute(
                    text("SELECT count(*), min(debit), max(debit) FROM ledger_entries WHERE until_revision IS NULL")
                ).one()
                last = db.session.execute(text("SELECT max(number) FROM revisions")).scalar_one()
            seen.add(first)
            if found[0] != 300 or found[1] != found[2] or first != last:
                faults.append((first, last, tuple(found)))

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    try:
        for price in (2, 3, 4, 5):
            publish(app, tenant, package(tmp_path / f"{price}.zip", price))
        take_back(app, tenant, 3)
    finally:
        stop.set()
        for reader in readers:
            reader.join()
    assert not faults and len(seen) >= 3
