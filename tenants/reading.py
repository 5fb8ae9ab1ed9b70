"""Rows of hot pages straight from the driver, by statements that a connection prepares once for each tenant.

The same door as `db.session`, inside the same transaction: the bound tenant's connection, data statements only. What
is left out is what the ORM's session adds to each statement, twice the time of the statement itself, and most of what
PostgreSQL spends on reading and planning it.

The tenant stands in the text, so a prepared statement meets one role and one path for life; PostgreSQL would
plan it again otherwise, and never answer from another schema. Columns are always named, and a step that changes a
type contracts (`migrations/README.md`): a plan made before it then fails once, and its connection prepares anew.
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
            query = f"/* {current().schema} */ {_for_driver(statement)}"
            found: list[tuple[Any, ...]] = cursor.execute(query, values, prepare=True).fetchall()
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
