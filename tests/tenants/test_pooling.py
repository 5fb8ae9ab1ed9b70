"""Tenants keep to the connections that know them, and any connection may serve any tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from tenants import pooling
from tenants.context import bind
from tenants.db import db

PID = text("SELECT pg_backend_pid()")


@pytest.fixture
def pair(app: Any, new_tenant: Callable[..., Any]) -> list[Any]:
    return [new_tenant(), new_tenant()]


def process_of(tenant: Any) -> int:
    with bind(tenant):
        return int(db.session.execute(PID).scalar_one())


def test_a_tenant_gets_the_connection_that_has_served_it(app: Any, pair: list[Any]) -> None:
    with app.app_context():
        db.engine.dispose()
        with db.engine.pool.connect(), bind(pair[0]):  # so that there are two
            first = int(db.session.execute(PID).scalar_one())
        second = process_of(pair[1])
        assert first != second, "the one that has served fewer was free"
        for _turn in range(3):
            assert [process_of(tenant) for tenant in pair] == [first, second]


def test_a_tenant_does_not_wait_for_its_connection(app: Any, pair: list[Any]) -> None:
    with app.app_context():
        db.engine.dispose()
        own = process_of(pair[0])
        taken = db.engine.pool.connect()
        try:
            assert process_of(pair[0]) != own
        finally:
            taken.close()


def test_what_a_connection_is_taken_to_remember_is_bounded() -> None:
    info: dict[Any, Any] = {}
    for tenant in range(3 * pooling.REMEMBERED):
        pooling.serves(info, tenant)
    assert list(info["served"]) == list(range(2 * pooling.REMEMBERED, 3 * pooling.REMEMBERED))
