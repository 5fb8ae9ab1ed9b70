"""A whole transaction of one statement in one message each way.

For work that must commit after every small step: entering the tenant, the statement and the commit travel
together, and the caller may do something else until the answer is there. The same door as everywhere: the bound
tenant's role and path, set locally, and data statements with bound parameters only.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.pq.abc import PGconn, PGresult
from sqlalchemy import Connection

from tenants.bound import bound
from tenants.errors import TenantError
from tenants.names import checked_schema
from tenants.routing import DataCursor

_FINE = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)


class Express:
    """Sends single-statement transactions over a routed connection that is in no transaction."""

    def __init__(self, connection: Connection) -> None:
        with connection.begin():  # replaces a connection that died in the pool
            pass
        raw = connection.connection.dbapi_connection
        if not isinstance(raw, psycopg.Connection) or raw.cursor_factory is not DataCursor:
            raise TenantError("not a connection of a tenant's engine")
        self._raw: psycopg.Connection[Any] = raw
        self._cursor: DataCursor | None = None

    def send(self, statement: str, values: dict[str, Any]) -> None:
        """Send a statement with `%(name)s` parameters. Raises `TenantError` for one that is not allowed."""
        conn = self._raw.pgconn
        if self._cursor is not None or conn.transaction_status != pq.TransactionStatus.IDLE:
            raise TenantError("the connection is busy")
        schema = checked_schema(bound().tenant.schema)
        cursor = self._raw.cursor()
        assert isinstance(cursor, DataCursor)
        cursor._tx = Transformer(cursor)
        query = cursor._convert_query(statement, values)
        conn.enter_pipeline_mode()
        for words in (
            "BEGIN",
            f'SET LOCAL ROLE "{schema}"',
            f'SET LOCAL search_path TO "{schema}", ext, pg_temp',
        ):
            conn.send_query_params(words.encode(), None)
        conn.send_query_params(query.query, query.params, query.types, query.formats)
        conn.send_query_params(b"COMMIT", None)
        conn.pipeline_sync()
        self._cursor = cursor

    def rows(self) -> list[tuple[Any, ...]]:
        """Wait for the answer; the transaction is committed then. Raises `psycopg.Error`; it is rolled back then."""
        cursor, self._cursor = self._cursor, None
        assert cursor is not None
        conn = self._raw.pgconn
        results = _collected(conn)
        conn.exit_pipeline_mode()
        for result in results:
            if result.status not in _FINE:
                if conn.transaction_status != pq.TransactionStatus.IDLE:
                    self._raw.rollback()
                raise psycopg.errors.error_from_result(result)
        if len(results) != 5 or results[4].command_status != b"COMMIT":
            raise psycopg.OperationalError("the transaction was not committed")
        cursor._tx.set_pgresult(results[3])
        return list(cursor._tx.load_rows(0, results[3].ntuples, tuple))


def _collected(conn: PGconn) -> list[PGresult]:
    """The results up to the synchronisation point; between two of them libpq says None once."""
    found: list[PGresult] = []
    silent = 0
    while silent < 2:
        result = conn.get_result()
        if result is None:
            silent += 1
            continue
        silent = 0
        if result.status == pq.ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)
    raise psycopg.OperationalError("the server closed the connection")
