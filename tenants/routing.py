"""Every transaction of a tenant engine enters exactly one tenant's role and schema, in its BEGIN message.

The role is what PostgreSQL itself checks; the path is what makes unqualified names work. Both are `LOCAL`, so
commit, rollback and a lost connection end them alike, with and without a transaction pooler in between.
"""

from __future__ import annotations

import re
from typing import Any

import psycopg
from psycopg import pq
from psycopg._preparing import PrepareManager
from sqlalchemy import Connection, Engine, event

from tenants.bound import Mode, bound, current
from tenants.errors import AnotherTenantBound, TenantError
from tenants.names import checked_schema
from tenants.pooling import serves

_DATA_STATEMENT = re.compile(
    r"\s*(?:/\*.*?\*/\s*)*(?:SELECT|INSERT|UPDATE|DELETE|WITH|VALUES|MERGE|COPY|LOCK|TRUNCATE|EXPLAIN|SHOW"
    r"|SAVEPOINT|RELEASE|ROLLBACK TO)\b|\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_BULK = (
    "; SET LOCAL statement_timeout TO 0; SET LOCAL idle_in_transaction_session_timeout TO 0"
    "; SET LOCAL work_mem TO '96MB'"
)
# Plans that are kept are made for the tables as they will be: indexes are in memory, and small tables grow.
_HOT = "; SET LOCAL plan_cache_mode TO force_generic_plan; SET LOCAL random_page_cost TO 1.1"
MOST_DEAD = 50  # more than any pool holds


def check_kind(sql: str) -> None:
    """Raises `TenantError` for anything but a data statement."""
    if not _DATA_STATEMENT.match(sql):
        raise TenantError(f"statement kind not allowed on a tenant's connection: {sql[:40]!r}")


class DataCursor(psycopg.Cursor[Any]):
    """A cursor that sends one data statement at a time.

    psycopg uses the simple protocol, which takes several statements at once, whenever there are no
    parameters; and a `SET ROLE` inside a transaction would undo the routing. Neither gets through here.
    """

    def _convert_query(self, query: Any, params: Any = None) -> Any:
        converted = super()._convert_query(query, params)
        check_kind(converted.query.decode())
        return converted

    def _execute_send(self, query: Any, *, force_extended: bool = False, binary: bool | None = None) -> None:
        super()._execute_send(query, force_extended=True, binary=binary)


class OwnStatements(PrepareManager):
    """What the driver itself has prepared, as it does for many rows of values.

    After a rollback it gives these up by name: its own DEALLOCATE ALL would take what `tenants.reading` keeps, too.
    """

    def clear(self) -> bool:
        self._counts.clear()
        self._to_flush.extend(self._names.values())
        self._names.clear()
        return bool(self._to_flush)


def _own_statements(raw: Any, _record: Any) -> None:
    own = OwnStatements()
    own.prepare_threshold, raw._prepared = raw.prepare_threshold, own


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


def _commit(raw: Any) -> None:
    """COMMIT as BEGIN is sent: in one call of the library, where the driver would wait for the answer in Python."""
    try:
        result = raw.pgconn.exec_(b"COMMIT")
    except MemoryError as error:  # as below: no result at all
        raise psycopg.OperationalError(str(error)) from error
    if result.status != pq.ExecStatus.COMMAND_OK:
        raise psycopg.errors.error_from_result(result)


def route(engine: Engine) -> None:
    """Make `engine` enter the bound tenant at each BEGIN and refuse everything else."""
    event.listen(engine, "connect", _own_statements)
    engine.dialect.do_commit = _commit  # type: ignore[method-assign, assignment]

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
                serves(connection.info, binding.tenant.id)
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
