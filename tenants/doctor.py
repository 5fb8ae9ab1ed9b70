"""What a database server lacks for many tenants, and what in a database would stop Citus' sharding by schema.

The second is asked for separately, because most deployments never need it; see `docs/growing.md`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import psycopg

#: Tenants of one server above which its memory is the limit: connections x tenants that each meets x 1 MB.
MANY_TENANTS = 2000


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that would stop sharding by schema, or that is not as the server needs it.

    `kind` is a short constant, `where` the schema and the thing, `sentence` says what and what to do.
    """

    kind: str
    where: str
    sentence: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


_OURS = "n.nspname IN (SELECT schema FROM platform.tenants)"
_CHECKS: tuple[tuple[str, str, str], ...] = (
    (
        "foreign_key_out",
        f"SELECT n.nspname, c.relname || '.' || k.conname FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class f ON f.oid = k.confrelid "
        f"WHERE k.contype = 'f' AND f.relnamespace <> c.relnamespace AND {_OURS}",
        "a foreign key leads out of the schema; drop it, or make the other table a reference table",
    ),
    (
        "trigger",
        "SELECT n.nspname, c.relname || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND {_OURS}",
        "Citus refuses triggers on the tables of a sharded schema",
    ),
    (
        "inheritance",
        "SELECT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        f"JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT c.relispartition AND {_OURS}",
        "Citus refuses tables that inherit",
    ),
    (
        "no_primary_key",
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND NOT EXISTS "
        f"(SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AND {_OURS}",
        "the table has no primary key, so it cannot be moved while it is written to",
    ),
    (
        "small_identity",
        "SELECT n.nspname, c.relname || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE a.attidentity <> '' AND a.atttypid <> 'bigint'::regtype AND NOT a.attisdropped AND {_OURS}",
        "the identity is not bigint, so workers cannot give numbers",
    ),
    (
        "owner",
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        f"WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S') AND c.relowner <> n.nspowner AND {_OURS}",
        "it belongs to another role than its schema, and moving the schema would fail",
    ),
    (
        "function",
        "SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        f"WHERE {_OURS}",
        "a function of a tenant's own is not carried to the workers unless all its names have their schema",
    ),
    (
        "view_out",
        "SELECT DISTINCT n.nspname, c.relname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid "
        "JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace "
        "JOIN pg_class o ON o.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass "
        "JOIN pg_namespace m ON m.oid = o.relnamespace "
        f"WHERE d.classid = 'pg_rewrite'::regclass AND m.oid <> n.oid AND m.nspname NOT IN ('pg_catalog', 'ext') "
        f"AND {_OURS}",
        "a view reads another schema",
    ),
    (
        "stranger",
        "SELECT n.nspname, '-' FROM pg_namespace n WHERE n.nspname ~ '^t_[0-9]+$' AND NOT "
        f"{_OURS}",
        "the registry knows no manager with this schema; drop it, or it is distributed with the others",
    ),
)  # fmt: skip


def citus_obstacles(owner_url: str) -> list[Finding]:
    """Everything in the tenants' schemas that would stop sharding by schema, in a fixed order."""
    with psycopg.connect(owner_url) as connection:
        found = [
            Finding(kind, f"{schema}.{thing}" if thing != "-" else schema, sentence)
            for kind, query, sentence in _CHECKS
            for schema, thing in connection.execute(query.encode()).fetchall()
        ]
        return [*found, *_of_the_server(connection)]


def _of_the_server(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    def one(query: str) -> Any:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None

    version = int(one("SHOW server_version_num"))
    if version < 150000:
        yield Finding("version", "server", "Citus shards by schema from version 12 on, which needs PostgreSQL 15")
    if one("SELECT count(*) FROM pg_available_extensions WHERE name = 'citus'") == 0:
        yield Finding("extension", "server", "the extension citus is not installed on this server")
    preloaded = str(one("SHOW shared_preload_libraries")).replace(" ", "").split(",")
    if preloaded[0] != "citus":
        yield Finding("preload", "server", "shared_preload_libraries does not begin with citus")
    always = one(
        "SELECT EXISTS (SELECT FROM pg_db_role_setting s, unnest(s.setconfig) AS each "
        "WHERE each LIKE 'citus.enable_schema_based_sharding=on%')"
    )
    if always:
        yield Finding(
            "sharding_always", "database",
            "citus.enable_schema_based_sharding is on for a database or role; schema platform would be distributed, "
            "too. Set it only in the session that opens managers",
        )  # fmt: skip
    roles = int(one("SELECT count(*) FROM pg_roles r JOIN platform.tenants t ON t.schema = r.rolname "
                    "WHERE NOT r.rolcanlogin"))  # fmt: skip
    if roles:
        yield Finding(
            "roles", f"{roles} roles",
            "Citus opens connections to workers as the current role, so managers' roles must be able to log in "
            "there, and each costs a connection: use role groups (docs/growing.md)",
        )  # fmt: skip


def size_warnings(owner_url: str) -> list[str]:
    """What the number of tenants and connections says about memory, one sentence each."""
    found: list[str] = []
    with psycopg.connect(owner_url) as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM platform.tenants), current_setting('max_connections')::int, "
            "pg_size_bytes(current_setting('shared_buffers')) / 1048576"
        ).fetchone()
        assert row is not None
        tenants, connections, _buffers = row
        if tenants > MANY_TENANTS:
            found.append(f"{tenants} managers on one server; beyond {MANY_TENANTS} give new ones another server.")
        worst = connections * min(tenants, 1000) // 1024
        if worst > 64:
            found.append(
                f"max_connections is {connections}: at worst they remember {worst} GB of tables. Use a pooler."
            )
    return found
