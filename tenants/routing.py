"""Every transaction of a tenant engine enters exactly one tenant's role and schema, in its BEGIN message.

The role is what PostgreSQL itself checks; the path is what makes unqualified names work. Both are `LOCAL`, so
commit, rollback and a lost connection end them alike, with and without a transaction pooler in between.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import Connection, Engine, event

from tenants.bound import Mode, bound, current
from tenants.errors import AnotherTenantBound, TenantError
from tenants.names import checked_schema

_DATA_STATEMENT = re.compile(
    r"\s*(?:/\*.*?\*/\s*)*(?:SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|MERGE|COPY|LOCK|TRUNCATE|EXPLAIN|SHOW"
    r"|SAVEPOINT|RELEASE|ROLLBACK TO)\b|\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_BULK = (
    "; SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO 0"
    "; SET LOCAL work_mem TO '96MB'"
)
_HOT = "; SET LOCAL plan_cache_mode TO force_generic_plan"
MOST_DEAD = 50  # more than any pool holds


class DataCursor(psycopg.Cursor[Any]):
    """A cursor that sends one data statement at a time.

    psycopg uses the simple protocol, which takes several statements at once, whenever there are no
    parameters; and a `SET ROLE` inside a transaction would undo the routing. Neither gets through here.
    """

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        converted = super()._convert_query(query, params)
        if not _DATA_STATEMENT.match(converted.query.decode()):
            raise TenantError(f"statement kind not allowed on a tenant's connection: {converted.query[:40]!r}")
        return converted

    def _execute_send(self, query: Any, *, force_extended: bool = False, binary: bool | None = None) -> None:
        super()._execute_send(query, force_extended=True, binary=binary)


def _opening(schema: str, mode: Mode) -> bytes:
    isolation = " ISOLATION LEVEL REPEATABLE READ" if mode in (Mode.SNAPSHOT, Mode.HOT) else ""
    more = {Mode.BULK: _BULK, Mode.HOT: _HOT}.get(mode, "")
    return (
        f'BEGIN{isolation}; SET LOCAL ROLE "{schema}"; SET LOCAL search_path TO "{schema}", ext, pg_temp{more}'
    ).encode()


def _sent(raw: psycopg.Connection[Any], opening: bytes) -> str | None:
    """Send it in one message; what went wrong, or None."""
    try:
        result = raw.pgconn.exec_(opening)
    except (psycopg.OperationalError, MemoryError) as error:  # libpq gives no result at all on a dead connection
        return str(error)
    return None if result.status == pq.ExecStatus.COMMAND_OK else result.get_error_message()


def route(engine: Engine) -> None:
    """Make `engine` enter the bound tenant at each BEGIN and refuse everything else."""

    @event.listens_for(engine, "begin")
    def enter(connection: Connection) -> None:
        binding = bound()
        schema = checked_schema(binding.tenant.schema)
        opening = _opening(schema, binding.mode)
        for _ in range(MOST_DEAD):
            raw: psycopg.Connection[Any] = connection.connection.dbapi_connection  # type: ignore[assignment]
            problem = _sent(raw, opening)
            if problem is None:
                connection.info["tenant"] = binding.tenant.id
                return
            if raw.pgconn.status != pq.ConnStatus.BAD:
                raw.rollback()
                raise TenantError(f"cannot enter {schema}: {problem}")
            # It died in the pool. Nothing but this BEGIN was sent on it, so any other connection may begin instead.
            # (A bare `Connection.execute` has chosen its cursor before it begins, and fails; sessions begin first.)
            connection.invalidate()
        raise psycopg.OperationalError(f"no connection lives: {problem}")

    @event.listens_for(engine, "before_cursor_execute")
    def same_tenant(connection: Connection, *_rest: Any) -> None:
        if connection.info.get("tenant") != current().id:
            raise AnotherTenantBound("this connection is inside another tenant")
