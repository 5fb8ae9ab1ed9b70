"""Prepared statements of hot pages: always the bound tenant's rows, whatever the connection met before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from config.settings import libpq_url
from tenants import reading
from tenants.context import Mode, bind
from tenants.db import db
from tenants.errors import NoTenantBound, TenantError

NAME = text("SELECT name FROM office_profile WHERE id = :id")
PREPARED = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%office_profile WHERE id%'")


@pytest.fixture
def pair(app: Any, new_tenant: Callable[..., Any]) -> list[Any]:
    return [new_tenant(name="Pierwsza"), new_tenant(name="Druga")]


def name_of(tenant: Any, mode: Mode = Mode.HOT) -> str:
    with bind(tenant, mode):
        found = reading.rows(NAME, {"id": 1})
        db.session.commit()
        return str(found[0][0])


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(list(Mode))), min_size=1, max_size=12))
def test_tenants_in_any_order_read_their_own_rows(app: Any, pair: list[Any], turns: list[tuple[int, Mode]]) -> None:
    with app.app_context():
        for at, mode in turns:
            assert name_of(pair[at], mode) == ("Pierwsza", "Druga")[at]


def test_a_statement_is_prepared_once_for_each_tenant(app: Any, pair: list[Any]) -> None:
    with app.app_context():
        db.engine.dispose()
        for _round in range(5):
            for tenant in pair:
                name_of(tenant)
        with bind(pair[0]):
            assert db.session.execute(PREPARED).scalar_one() == 2


def test_statements_outlive_what_the_driver_gives_up_after_a_rollback(app: Any, pair: list[Any]) -> None:
    rename = text("UPDATE office_profile SET phone = :phone WHERE id = :id")
    with app.app_context():
        db.engine.dispose()
        assert name_of(pair[0]) == "Pierwsza"
        with bind(pair[0]):
            db.session.execute(rename, [{"phone": "1", "id": 1}, {"phone": "2", "id": 1}])  # the driver prepares this
            db.session.rollback()
            db.session.execute(text("SELECT 1"))
            db.session.rollback()
        assert name_of(pair[0]) == "Pierwsza"
        with bind(pair[0]):
            assert db.session.execute(PREPARED).scalar_one() == 1


def test_without_a_tenant_nothing_is_read(app: Any) -> None:
    with app.app_context(), pytest.raises(NoTenantBound):
        reading.rows(NAME, {"id": 1})


def test_another_schema_is_refused_also_when_it_was_read_there_before(app: Any, pair: list[Any]) -> None:
    foreign = text(f"SELECT name FROM {pair[1].schema}.office_profile")
    with app.app_context():
        with bind(pair[1], Mode.HOT):
            assert reading.rows(foreign, {}) == [("Druga",)]
            db.session.commit()
        with bind(pair[0], Mode.HOT), pytest.raises(DBAPIError, match="permission denied"):
            reading.rows(foreign, {})


def test_only_data_statements_pass(app: Any, pair: list[Any]) -> None:
    with app.app_context(), bind(pair[0], Mode.HOT), pytest.raises(TenantError):
        reading.rows(text("SET ROLE NONE"), {})


def test_a_changed_column_fails_at_most_once(app: Any, pair: list[Any]) -> None:
    """A contracting migration changed the type of a column that a connection has a plan for."""
    with app.app_context():
        db.engine.dispose()
        assert name_of(pair[0]) == "Pierwsza"
        with psycopg.connect(libpq_url(app.settings.database_url)) as owner:
            owner.execute(f"ALTER TABLE {pair[0].schema}.office_profile ALTER COLUMN name TYPE varchar(200)")
        outcomes = []
        for _attempt in range(3):
            try:
                outcomes.append(name_of(pair[0]))
            except DBAPIError:
                outcomes.append("refused")
        assert outcomes.count("refused") <= 1
        assert outcomes[-1] == "Pierwsza"
        assert name_of(pair[1]) == "Druga"
