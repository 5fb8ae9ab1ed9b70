"""The DDL of a tenant's schema: one list of single statements, rendered once from the models.

A table may say in its `info` what its role must not do:
`{"grants": ["REVOKE UPDATE, DELETE ON {table} FROM {role}"]}`.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from tenants.db import tenant_metadata


@cache
def table_statements() -> tuple[str, ...]:
    """CREATE TABLE and CREATE INDEX statements with unqualified names, in the order in which they work."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    statements: list[str] = []
    for table in tenant_metadata().sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements.extend(str(CreateIndex(index).compile(dialect=dialect)) for index in indexes)
    return tuple(statements)


@cache
def grant_templates() -> tuple[str, ...]:
    """What differs from the default privileges, with `{role}` to be filled in."""
    return tuple(
        grant.replace("{table}", f'"{table.name}"')
        for table in tenant_metadata().sorted_tables
        for grant in table.info.get("grants", ())
    )


def opening_statements(schema: str) -> list[str]:
    """Schema, role and default privileges, before any table: a grant on all tables would scan the catalogue."""
    return [
        f'CREATE ROLE "{schema}" NOLOGIN NOINHERIT',
        f'CREATE SCHEMA "{schema}"',
        f'GRANT "{schema}" TO osiedle_app',
        f'GRANT USAGE ON SCHEMA "{schema}" TO "{schema}"',
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO "{schema}"',
        f'ALTER DEFAULT PRIVILEGES IN SCHEMA "{schema}" GRANT USAGE, SELECT ON SEQUENCES TO "{schema}"',
        f'SET LOCAL search_path TO "{schema}", ext',
    ]


def statements_for(schema: str) -> list[str]:
    """Everything that makes an empty tenant, as single statements."""
    role = f'"{schema}"'
    return [
        *opening_statements(schema),
        *table_statements(),
        *(template.replace("{role}", role) for template in grant_templates()),
    ]
