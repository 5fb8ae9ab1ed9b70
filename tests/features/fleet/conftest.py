"""Operators, their browsers, and what lies in the platform's tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.core import work
from app.core.actor import Actor
from tenants.context import bind
from tenants.db import PLATFORM, db
from tests.features.operators.conftest import acting, browser, console, operator

__all__ = ["acting", "browser", "console", "operator"]


@pytest.fixture
def platform(app: Any) -> Callable[..., list[Any]]:
    """Runs a statement on the platform's tables and returns the rows."""

    def run(statement: str, **values: Any) -> list[Any]:
        with app.app_context(), db.engines[PLATFORM].begin() as connection:
            result = connection.execute(text(statement), values)
            return [tuple(row) for row in result.all()] if result.returns_rows else []

    return run


@pytest.fixture
def at(app: Any) -> Callable[..., list[Any]]:
    """`at(tenant, statement)` runs a statement in a manager's schema and returns the rows."""

    def run(tenant: Any, statement: str, **values: Any) -> list[Any]:
        with app.app_context(), bind(tenant):
            result = db.session.execute(text(statement), values)
            rows = [tuple(row) for row in result.all()] if result.returns_rows else []
            work.commit()
            return rows

    return run


@pytest.fixture
def failed_job(at: Callable[..., list[Any]]) -> Callable[..., int]:
    """Puts a job that failed into a manager's schema and returns its id."""

    def put(tenant: Any, name: str = "fleet.gather", key: str = "figures", error: str = "ValueError: broken") -> int:
        rows = at(
            tenant,
            "INSERT INTO jobs (name, key, lane, state, error, finished_at, attempt) "
            "VALUES (:name, :key, 'bulk', 'failed', :error, now(), 1) RETURNING id",
            name=name, key=key, error=error,
        )  # fmt: skip
        return int(rows[0][0])

    return put


@pytest.fixture
def stranger() -> Actor:
    return Actor(kind="account", login="admin", account_id=1)
