"""Rows of hot pages straight from the driver, by statements that a connection prepares once for each tenant.

The same door as `db.session`, inside the same transaction: the bound tenant's connection, data statements only. What
is left out is what the ORM's session and the driver's cursor add to each statement, several times what the statement
itself costs here, and most of what PostgreSQL spends on reading and planning it.

A prepared statement belongs to one tenant and is kept under its name, so it meets one role and one path for life;
PostgreSQL would plan it again otherwise, and never answer from another schema. Columns are always named, and a step
that changes a type contracts (`migrations/README.md`): a plan made before it then fails once and is made anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from sqlalchemy import Connection, TextClause
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.exc import DBAPIError

from tenants.bound import current
from tenants.db import db
from tenants.errors import AnotherTenantBound
from tenants.routing import check_kind

# Statements that one connection keeps prepared, each with its tenant: about 25 MB of PostgreSQL's memory at most.
KEPT_PREPARED = 400
_TEXT, _BINARY = int(pq.Format.TEXT), int(pq.Format.BINARY)


@dataclass(frozen=True, slots=True, eq=False)
class _Statement:
    """A statement as PostgreSQL numbers its parameters, and the names of these in that order."""

    sql: str
    names: tuple[str, ...]


@cache
def _numbered(statement: TextClause) -> _Statement:
    compiled = statement.compile(dialect=PGDialect_psycopg(paramstyle="numeric_dollar"))  # type: ignore[no-untyped-call]
    sql = str(compiled)
    check_kind(sql)
    return _Statement(sql, tuple(compiled.positiontup or ()))  # type: ignore[attr-defined]


class _Plans:
    """What one connection keeps prepared, by schema and statement; the one used longest ago makes room."""

    def __init__(self, raw: psycopg.Connection[Any]) -> None:
        self.rows = Transformer(raw)
        self._pgconn = raw.pgconn
        self._names: OrderedDict[tuple[str, _Statement], bytes] = OrderedDict()
        self._dead: list[bytes] = []
        self._made = 0

    def name(self, schema: str, statement: _Statement) -> bytes:
        """The name under which the statement is prepared. Raises `psycopg.Error`."""
        key = (schema, statement)
        known = self._names.get(key)
        if known is not None:
            self._names.move_to_end(key)
            return known
        if len(self._names) >= KEPT_PREPARED:
            self._dead.append(self._names.popitem(last=False)[1])
        while self._dead:
            self._pgconn.exec_(b"DEALLOCATE " + self._dead.pop())
        self._made += 1
        name = f"read_{self._made}".encode()
        _checked(self._pgconn.prepare(name, _marked(schema, statement)), pq.ExecStatus.COMMAND_OK)
        self._names[key] = name
        return name

    def forget(self, schema: str, statement: _Statement) -> None:
        """Prepare it anew next time: its plan may be what failed."""
        name = self._names.pop((schema, statement), None)
        if name is not None:
            self._dead.append(name)  # a transaction that has failed would not drop it


def rows(statement: TextClause, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """All rows of a statement, which must be a constant of its module: it is remembered for good.

    Values are str, int, date, bytes or None. Raises the errors of SQLAlchemy, as the session does.
    """
    connection = db.session.connection()
    tenant = current()
    if connection.info.get("tenant") != tenant.id:
        raise AnotherTenantBound("this connection is inside another tenant")
    raw: Any = connection.connection.dbapi_connection
    asked = _numbered(statement)
    try:
        return _rows(raw, connection.info, tenant.schema, asked, values)
    except psycopg.Error as error:
        raise _wrapped(connection, raw, statement, values, error) from error


def _rows(
    raw: psycopg.Connection[Any], info: dict[Any, Any], schema: str, asked: _Statement, values: Mapping[str, Any]
) -> list[tuple[Any, ...]]:
    plans: _Plans | None = info.get("plans")
    if plans is None:
        plans = info["plans"] = _Plans(raw)
    given = [values[name] for name in asked.names]
    sent: Any = [_sent(value) for value in given]
    formats = [_BINARY if type(value) is bytes else _TEXT for value in given]
    try:
        if raw.prepare_threshold is None:  # a pooler between, which cannot keep prepared statements apart
            result = raw.pgconn.exec_params(_marked(schema, asked), sent, param_formats=formats)
        else:
            result = raw.pgconn.exec_prepared(plans.name(schema, asked), sent, param_formats=formats)
        _checked(result, pq.ExecStatus.TUPLES_OK)
    except psycopg.Error:
        plans.forget(schema, asked)
        raise
    except MemoryError as error:  # libpq gives no result at all on a dead connection
        raise psycopg.OperationalError(str(error)) from error
    plans.rows.set_pgresult(result)
    return plans.rows.load_rows(0, result.ntuples, tuple)


def _sent(value: str | int | date | bytes | None) -> bytes | None:
    """A value as PostgreSQL reads it: text, bytes as they are."""
    if value is None or type(value) is bytes:
        return value
    found = value.isoformat() if isinstance(value, date) else str(value)
    if "\0" in found:  # libpq would send what stands before it, and that is another value
        raise psycopg.DataError("PostgreSQL text fields cannot contain NUL")
    return found.encode()


def _marked(schema: str, statement: _Statement) -> bytes:
    """With the tenant in its text, so that the server's own lists of statements tell them apart."""
    return f"/* {schema} */ {statement.sql}".encode()


def _checked(result: Any, wanted: pq.ExecStatus) -> None:
    if result.status != wanted:
        raise psycopg.errors.error_from_result(result)


def _wrapped(
    connection: Connection, raw: Any, statement: TextClause, values: Mapping[str, Any], error: psycopg.Error
) -> BaseException:
    """The error as the session would raise it; a connection that is gone is given up."""
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
    return wrapped
