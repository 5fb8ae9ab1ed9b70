"""The product behind the real PgBouncer in transaction mode, with the settings of `deploy/pgbouncer.ini.example`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core import runtime, work
from app.core.actor import system
from app.factory import create_app
from app.imports import commands as imports
from app.operators import commands as operators
from config.local.processes import wait_until
from config.settings import Settings, libpq_url
from tenants import reading
from tenants.bound import current
from tenants.context import Mode, bind
from tenants.db import db
from tenants.express import Express
from tests import pooler
from tests.browsing import Browser
from tests.factories import packages
from tests.town import books

pytestmark = pytest.mark.skipif(pooler.program() is None, reason="there is no pgbouncer on this machine")
WHO = text("SELECT pg_backend_pid(), current_user, current_setting('search_path'), (SELECT name FROM office_profile)")


@pytest.fixture(scope="module")
def made(
    app: Any, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., tuple[Any, Settings]]]:
    """Makes applications that know the database through a pooler with two connections for managers."""
    folder = tmp_path_factory.mktemp("pooler")
    with pooler.running(settings, folder, default_pool_size="2", reserve_pool_size="0") as port:

        def make(prepare: bool) -> tuple[Any, Settings]:
            mine = replace(
                settings,
                app_database_url=pooler.through(settings.app_database_url, port),
                platform_database_url=pooler.through(settings.platform_database_url, port),
                prepare_statements=prepare,
            )
            return create_app(mine), mine

        yield make
    runtime.install(settings)


@pytest.fixture(scope="module")
def pooled(made: Callable[..., tuple[Any, Settings]]) -> tuple[Any, Settings]:
    return made(prepare=False)


def test_many_managers_at_once_share_two_connections_and_meet_only_themselves(
    pooled: tuple[Any, Settings], new_tenant: Callable[..., Any]
) -> None:
    app, _ = pooled
    servers: set[int] = set()
    tenants = [new_tenant() for _ in range(5)]

    def ask(number: int) -> None:
        tenant = tenants[number % len(tenants)]
        with app.app_context(), bind(tenant):
            for _ in range(4):
                server, *found = db.session.execute(WHO).one()
                servers.add(server)
                assert tuple(found) == (tenant.schema, f"{tenant.schema}, ext, pg_temp", tenant.name)
                (db.session.rollback if number % 2 else db.session.commit)()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ask, range(60)))
    assert 1 <= len(servers) <= 2


def test_nothing_of_a_manager_stays_on_the_connection(pooled: tuple[Any, Settings], tenant: Any) -> None:
    app, mine = pooled
    with app.app_context(), bind(tenant):
        db.session.execute(WHO)
        db.session.commit()
    bare = libpq_url(mine.app_database_url)
    with ThreadPoolExecutor(4) as threads:  # more than there are connections to the server

        def look(_number: int) -> tuple[Any, ...]:
            with psycopg.connect(bare, prepare_threshold=None) as connection:
                row = connection.execute("SELECT current_user, current_setting('search_path')").fetchone()
                assert row is not None
                with pytest.raises(psycopg.Error):
                    connection.execute("SELECT * FROM accounts")
                return row[0], row[1].strip('"')

        assert set(threads.map(look, range(8))) == {("osiedle_app", "")}


def test_hot_pages_express_letters_and_whole_imports_go_through(
    pooled: tuple[Any, Settings], new_tenant: Callable[..., Any], tmp_path: Path
) -> None:
    app, _ = pooled
    tenant, path = new_tenant(), packages.archive(tmp_path / "books.zip", books("alfa"))
    with app.app_context():
        with bind(tenant, Mode.BULK):
            public_id = imports.begin(system("tests"), path, mode="snapshot", dry_run=False).public_id
            work.commit()
            assert imports.run(public_id, path).status == "published"
        hot = text("SELECT count(*) FROM units WHERE code = :code")
        for _ in range(3):
            with bind(tenant):
                assert reading.rows(hot, {"code": "L1"}) == [(1,)]
        with bind(tenant), db.engine.connect() as connection:
            express = Express(connection)
            for number in range(3):
                express.send("INSERT INTO mail_optouts (address, topic) VALUES (%(a)s, 'x') RETURNING current_user",
                             {"a": str(number)})  # fmt: skip
                assert express.rows() == [(current().schema,)]
    browser = Browser.on(app, tenant.slug)
    assert browser.get("/login").status_code == 200
    assert browser.get("/readyz").get_json()["status"] == "ok"


def test_a_suspension_is_heard_through_the_platforms_own_pool(pooled: tuple[Any, Settings], tenant: Any) -> None:
    app, _ = pooled
    app.registry.watch()
    browser = Browser.on(app, tenant.slug)
    assert wait_until(lambda: app.registry._hearing, 10)
    assert browser.get("/login").status_code == 200
    with app.app_context():
        operators.suspend(system("tests"), tenant.slug, "test")
        work.commit()
    assert wait_until(lambda: browser.get("/login").status_code == 503, 5)


def test_prepared_statements_need_a_newer_pooler(made: Callable[..., tuple[Any, Settings]], tenant: Any) -> None:
    """Why OSIEDLE_PREPARE=0 is there: a statement prepared on one server connection is asked for on another."""
    if pooler.version() >= pooler.OWN_PROTOCOL_OF_PREPARED:
        pytest.skip("this PgBouncer keeps prepared statements apart")
    app, _ = made(prepare=True)
    hot = text("SELECT count(*) FROM units WHERE code = :code OR code = 'prepared'")
    with app.app_context(), pytest.raises(DBAPIError):

        def ask(_number: int) -> None:
            with app.app_context(), bind(tenant):
                reading.rows(hot, {"code": "L1"})
                db.session.execute(text("SELECT pg_sleep(0.02)"))

        with ThreadPoolExecutor(6) as threads:
            list(threads.map(ask, range(60)))
