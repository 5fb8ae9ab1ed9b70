"""Transactions in one message: the same door, the same refusals, nothing left open."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tenants.bound import current
from tenants.context import bind
from tenants.db import PLATFORM, db
from tenants.errors import NoTenantBound, TenantError
from tenants.express import Express

WRITE = "INSERT INTO mail_optouts (address, topic) VALUES (%(address)s, 'x') RETURNING id, address, current_user"
COUNT = "SELECT count(*) FROM mail_optouts"


def test_what_was_answered_is_committed(context: Any, tenant: Any, new_tenant: Any) -> None:
    for owner in (tenant, new_tenant()):
        with bind(owner), db.engine.connect() as connection:
            express = Express(connection)
            for number in range(3):
                express.send(WRITE, {"address": f"ż{number}'); SELECT 1; --"})
                ((_id, address, role),) = express.rows()
                assert (address, role) == (f"ż{number}'); SELECT 1; --", current().schema)
                with db.engine.connect() as other:
                    assert other.exec_driver_sql(COUNT).scalar() == number + 1
            with connection.begin():
                assert connection.exec_driver_sql(COUNT).scalar() == 3


def test_an_error_leaves_the_connection_usable(context: Any, tenant: Any) -> None:
    with bind(tenant), db.engine.connect() as connection:
        express = Express(connection)
        express.send(WRITE, {"address": "a"})
        express.rows()
        for wrong in (WRITE, "SELECT 1/0 AS x", "SELECT * FROM no_such_table", "SELECT 1; SELECT 2"):
            express.send(wrong, {"address": "a"} if wrong == WRITE else {})
            with pytest.raises(psycopg.Error):
                express.rows()
            express.send(COUNT, {})
            assert express.rows() == [(1,)]


@pytest.mark.parametrize(
    "statement", ["SET ROLE osiedle_app", "RESET ROLE", "COMMIT", "CREATE TABLE x (y int)", "DO $$ $$"]
)
def test_only_data_statements(context: Any, tenant: Any, statement: str) -> None:
    with bind(tenant), db.engine.connect() as connection:
        express = Express(connection)
        with pytest.raises(TenantError):
            express.send(statement, {})
        express.send("SELECT 1", {})
        assert express.rows() == [(1,)]


def test_one_thing_at_a_time(context: Any, tenant: Any) -> None:
    with bind(tenant), db.engine.connect() as connection:
        express = Express(connection)
        with connection.begin():
            connection.exec_driver_sql(COUNT)
            with pytest.raises(TenantError):
                express.send(COUNT, {})
        express.send(COUNT, {})
        with pytest.raises(TenantError):
            express.send(COUNT, {})
        assert express.rows() == [(0,)]


def test_no_tenant_no_statement(context: Any, tenant: Any) -> None:
    with bind(tenant):
        connection = db.engine.connect()
        express = Express(connection)
    try:
        with pytest.raises(NoTenantBound):
            express.send(COUNT, {})
    finally:
        connection.close()


def test_only_on_tenants_engines(context: Any) -> None:
    with db.engines[PLATFORM].connect() as connection, pytest.raises(TenantError):
        Express(connection)


def test_a_killed_backend_is_an_error_not_a_wait(context: Any, tenant: Any, settings: Any) -> None:
    from config.settings import libpq_url

    with bind(tenant), db.engine.connect() as connection:
        express = Express(connection)
        raw: Any = connection.connection.dbapi_connection
        with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as owner:
            owner.execute("SELECT pg_terminate_backend(%s, 5000)", (raw.info.backend_pid,))
        with pytest.raises(psycopg.Error):
            express.send(COUNT, {})
            express.rows()
        connection.invalidate()
