"""Statistics for PostgreSQL's planner, at once where autovacuum would come minutes later.

A tenant's role may not ANALYZE, so this goes by the owner's login, in a worker.
"""

from __future__ import annotations

from collections.abc import Iterable

import psycopg
from psycopg import sql

from tenants.names import checked_schema

PATIENCE = "30s"


def refresh(owner_url: str, schema: str, tables: Iterable[str]) -> None:
    """ANALYZE these tables of a tenant's schema, each in a transaction of its own."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute(sql.SQL("SET statement_timeout = {}").format(sql.Literal(PATIENCE)))
        for table in tables:
            connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(checked_schema(schema), table)))
