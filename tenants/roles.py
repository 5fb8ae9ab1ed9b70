"""The database itself: login roles, schemas and the privileges that must not exist.

Run as the owner by `flask platform upgrade`; every statement may be run again.
"""

from __future__ import annotations

import logging
from typing import Any

import psycopg
from psycopg import sql

APP_LOGIN = "osiedle_app"
PLATFORM_LOGIN = "osiedle_platform"
log = logging.getLogger(__name__)

# One sorting key for Polish that is the same on every server, with and without ICU, and may be indexed.
_POLISH_KEY = """
CREATE OR REPLACE FUNCTION ext.polish_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
SELECT pg_catalog.translate(pg_catalog.lower(value),
  'aąbcćdeęfghijklłmnńoópqrsśtuvwxyzźż -./''"’„”(),', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abc ')
$body$"""

# The words of a text without marks, capitals and punctuation, to be searched. unaccent() is only STABLE, since a
# dictionary could be changed; ours is not, so an index may stand on it.
_WORDS = """
CREATE OR REPLACE FUNCTION ext.words(value text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $body$
SELECT pg_catalog.to_tsvector('pg_catalog.simple'::regconfig, pg_catalog.regexp_replace(
  ext.unaccent('ext.unaccent'::regdictionary, pg_catalog.lower(value)), '[^[:alnum:]]+', ' ', 'g'))
$body$"""


def prepare_database(owner_url: str, passwords: dict[str, str]) -> None:
    """Make the login roles and schemas, and take away what would let a tenant's role out of its schema."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('osiedle.platform'))")
        for role, extra in ((APP_LOGIN, "NOINHERIT"), (PLATFORM_LOGIN, "INHERIT")):
            _login(connection, role, extra, passwords[role])
        database = sql.Identifier(connection.info.dbname)
        for statement in (
            "CREATE SCHEMA IF NOT EXISTS platform",
            "CREATE SCHEMA IF NOT EXISTS ext",
            "CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ext",
            "CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA ext",
            _POLISH_KEY,
            _WORDS,
            "GRANT USAGE ON SCHEMA ext TO PUBLIC",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC",
            f"GRANT USAGE ON SCHEMA platform TO {PLATFORM_LOGIN}",
            "ALTER DEFAULT PRIVILEGES IN SCHEMA platform GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES "
            f"TO {PLATFORM_LOGIN}",
            f"ALTER DEFAULT PRIVILEGES IN SCHEMA platform GRANT USAGE, SELECT ON SEQUENCES TO {PLATFORM_LOGIN}",
        ):
            connection.execute(statement)
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        connection.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(
                database, sql.Identifier(APP_LOGIN), sql.Identifier(PLATFORM_LOGIN)
            )
        )


def _login(connection: psycopg.Connection[Any], role: str, inherit: str, password: str) -> None:
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
    verb = "ALTER" if known else "CREATE"
    connection.execute(
        sql.SQL("{} ROLE {} LOGIN {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.SQL(inherit), sql.Literal(password)
        )
    )
    for setting, value in (
        ("search_path", ""),
        ("statement_timeout", "30s"),
        ("idle_in_transaction_session_timeout", "120s"),
        ("timezone", "UTC"),
    ):
        connection.execute(
            sql.SQL("ALTER ROLE {} SET {} TO {}").format(sql.Identifier(role), sql.SQL(setting), sql.Literal(value))
        )


def weaknesses(owner_url: str) -> list[str]:
    """What the server lacks of the hardening, one sentence each; empty when all holds."""
    found: list[str] = []
    with psycopg.connect(owner_url) as connection:

        def one(query: str) -> Any:
            row = connection.execute(query).fetchone()
            return row[0] if row else None

        for login in (APP_LOGIN, PLATFORM_LOGIN):
            if one(f"SELECT has_function_privilege('{login}', 'pg_catalog.set_config(text,text,boolean)', 'EXECUTE')"):
                found.append(f"{login} may execute set_config; revoke it from PUBLIC as a superuser.")
        if one("SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"):
            found.append("Schema public is not empty.")
        if int(one("SHOW max_locks_per_transaction") or 0) < 512:
            found.append("max_locks_per_transaction is below 512; many schemas need more locks.")
        if one("SHOW recovery_init_sync_method") != "syncfs":
            found.append("recovery_init_sync_method is not syncfs; a restart after a crash would take minutes.")
        if one("SELECT has_database_privilege('osiedle_app', current_database(), 'TEMP')"):
            found.append("osiedle_app may create temporary tables.")
    return found
