"""Connections that died in the pool: the next unit of work does not notice."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from config.settings import libpq_url
from tenants.context import bind
from tenants.db import db
from tenants.express import Express

KILL = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'osiedle_app'"


@pytest.fixture
def pooled(context: Any, tenant: Any, settings: Any) -> Any:
    """Three connections wait in the pool; calling it kills them and all others."""

    def kill() -> None:
        with bind(tenant):
            open_ = [db.engine.connect() for _ in range(3)]
            for each in open_:
                each.begin()
            for each in open_:
                each.close()
        with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as owner:
            assert len(owner.execute(KILL).fetchall()) >= 3

    return kill


def test_the_next_unit_of_work_takes_another_connection(pooled: Any, tenant: Any) -> None:
    for _ in range(2):
        pooled()
        with bind(tenant):
            assert db.session.execute(text("SELECT current_user")).scalar() == tenant.schema


def test_express_takes_another_connection(pooled: Any, tenant: Any) -> None:
    pooled()
    with bind(tenant), db.engine.connect() as connection:
        express = Express(connection)
        express.send("SELECT current_user", {})
        assert express.rows() == [(tenant.schema,)]


def test_one_that_dies_inside_a_unit_of_work_is_an_error(pooled: Any, tenant: Any, settings: Any) -> None:
    with bind(tenant):
        db.session.execute(text("SELECT 1"))
        with psycopg.connect(libpq_url(settings.database_url), autocommit=True) as owner:
            owner.execute(KILL)
        with pytest.raises(OperationalError):
            db.session.execute(text("SELECT 1"))
