"""What the catalogue of PostgreSQL says of a tenant's tables."""

from __future__ import annotations

from typing import Any

import psycopg


def columns(connection: psycopg.Connection[Any], schema: str) -> dict[str, list[str]]:
    """The stored columns of each table that outlives a crash; generated ones follow by themselves."""
    rows = connection.execute(
        "SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p' GROUP BY c.relname",
        (f'"{schema}"',),
    ).fetchall()
    return {name: [str(column) for column in columns] for name, columns in rows}


def types(connection: psycopg.Connection[Any], schema: str, table: str) -> dict[str, str]:
    """PostgreSQL's type of each column of a table, as `format_type` writes it."""
    rows = connection.execute(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute "
        "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped",
        (f'"{schema}"."{table}"',),
    ).fetchall()
    return {str(name): str(kind) for name, kind in rows}


def in_order_of_keys(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    """The tables, each after those that its foreign keys name."""
    needs: dict[str, set[str]] = {table: set() for table in columns(connection, schema)}
    for table, other in connection.execute(
        "SELECT c.relname, f.relname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_class f ON f.oid = k.confrelid WHERE k.contype = 'f' AND k.connamespace = %s::regnamespace",
        (f'"{schema}"',),
    ):
        if table != other and table in needs:
            needs[table].add(other)
    order: list[str] = []
    while needs:
        ready = sorted(table for table, wanted in needs.items() if wanted <= set(order)) or sorted(needs)[:1]
        order.extend(ready)
        for table in ready:
            del needs[table]
    return order
