"""One large manager: everything that its staff look through, multiplied by SQL (`crowd.sql`).

Of `units` units; what grows with time is as much as some years leave. One unit in six owes something. Shapes are
those of the features' models; the words are invented.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from app.demo.stream import unit_codes

STATEMENTS = Path(__file__).with_suffix(".sql")
#: Public ids are letters that an address can hold.
FUNCTIONS = (
    "CREATE FUNCTION pg_temp.public_id(kind text, n bigint) RETURNS text LANGUAGE sql AS "
    "$$SELECT translate(substr(encode(sha256((kind || n)::bytea), 'base64'), 1, 22), '+/', '-_')$$",
    "CREATE FUNCTION pg_temp.surname(n bigint) RETURNS text LANGUAGE sql AS $$SELECT (ARRAY['Żak', 'Kowalska', "
    "'Nowak', 'Wiśniewski', 'Łącka', 'Dąbrowski', 'Źrebiec', 'Ćwik', 'Gębski', 'Śliwa'])[1 + n % 10]$$",
    "CREATE FUNCTION pg_temp.first_name(n bigint) RETURNS text LANGUAGE sql AS "
    "$$SELECT (ARRAY['Łucja', 'Jan', 'Anna', 'Piotr', 'Zofia', 'Michał', 'Ewa'])[1 + n % 7]$$",
)


def fill(owner_url: str, schema: str, units: int) -> None:
    """Fill an empty manager's schema and analyse it. Raises `RuntimeError` for a table that is not as it was."""
    values: dict[str, Any] = {"units": units, "codes": unit_codes(units)}
    statements = [part for part in STATEMENTS.read_text().split("\n\n") if not part.startswith("--")]
    with psycopg.connect(owner_url) as connection:
        connection.execute(sql.SQL("SET LOCAL search_path TO {}, ext").format(sql.Identifier(schema)))
        for function in FUNCTIONS:
            connection.execute(function.encode())
        for statement in statements:
            try:
                connection.execute(statement.encode(), values)
            except psycopg.Error as problem:
                raise RuntimeError(f"{statement[:60]}: {problem}") from problem
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
        connection.execute("CHECKPOINT")
