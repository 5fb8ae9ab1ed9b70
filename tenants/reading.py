"""Rows of hot pages straight from the driver.

The same door as `db.session`, inside the same transaction: the bound tenant's connection, data statements only. What
is left out is what the ORM's session adds to each statement, twice the time of the statement itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from tenants.bound import current
from tenants.db import db
from tenants.errors import AnotherTenantBound


@cache
def _for_driver(statement: TextClause) -> str:
    return str(statement.compile(dialect=PGDialect_psycopg()))  # type: ignore[no-untyped-call]


def rows(statement: TextClause, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, which must be a constant of its module: it is remembered for good.

    Raises the errors of SQLAlchemy, as the session does.
    """
    connection = db.session.connection()
    if connection.info.get("tenant") != current().id:
        raise AnotherTenantBound("this connection is inside another tenant")
    raw: Any = connection.connection.dbapi_connection
    try:
        with raw.cursor() as cursor:
            found: list[tuple[Any, ...]] = cursor.execute(_for_driver(statement), values).fetchall()
            return found
    except psycopg.Error as error:
        lost = raw.closed or raw.broken
        wrapped = DBAPIError.instance(
            statement.text,
            dict(values),
            error,
            psycopg.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=connection.dialect,
        )
        if lost:
            connection.invalidate(error)
        raise wrapped from error
