"""Opening and closing a tenant: registry row, role, schema and first rows in one transaction.

PostgreSQL's DDL is transactional, roles included, so a failure or a kill at any instruction leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable

import psycopg
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from tenants.db import MAIN
from tenants.errors import ProvisioningFailed, UnknownTenant
from tenants.migrating import head_revision, steps_until
from tenants.names import checked_schema, checked_slug, schema_name
from tenants.registry import Tenant
from tenants.schema import opening_statements, statements_for

Seed = Callable[[Session], None]
Witness = Callable[[Connection], None]


class SlugTaken(ProvisioningFailed):
    """Another tenant has this subdomain."""


class NotSuspended(RuntimeError):
    """Only a suspended tenant may be removed."""


def provision(
    owner_url: str,
    *,
    slug: str,
    name: str,
    kind: str,
    base_domain: str,
    contact: dict[str, str] | None = None,
    seed: Seed | None = None,
    revision: str | None = None,
) -> Tenant:
    """Make a tenant and return it, ready to serve.

    `seed` writes its first rows through a session whose path is the new schema, in the same transaction.
    `revision` makes a schema of that age instead of the newest, for data that are loaded and then migrated.
    Raises `BadSlug`, `SlugTaken`, `ProvisioningFailed`; nothing is left behind then.
    """
    slug = checked_slug(slug)
    revision = revision or head_revision()
    engine = create_engine(
        owner_url, poolclass=NullPool, connect_args={"prepare_threshold": None}, hide_parameters=True
    )
    try:
        with Session(engine) as session, session.begin():
            schema = _register(session, slug, name.strip(), kind, contact or {}, revision)
            _create(session, schema, revision)
            if seed is not None:
                seed(session)
                session.flush()
            tenant_id = int(schema.removeprefix("t_"))
    except IntegrityError as error:
        if "tenants_slug" in str(error):
            raise SlugTaken(f"Subdomena „{slug}” jest już zajęta.") from error
        raise ProvisioningFailed(f"Nie udało się założyć zarządcy „{slug}”: {error.orig}") from error
    except OperationalError as error:
        raise ProvisioningFailed(f"Baza danych nie odpowiada: {error.orig}") from error
    except (DBAPIError, psycopg.Error) as error:
        raise ProvisioningFailed(f"Nie udało się założyć zarządcy „{slug}”: {error}") from error
    host = f"{slug}.{base_domain}"
    return Tenant(tenant_id, slug, name.strip(), kind, "active", None, contact or {}, MAIN, schema, revision, host)


def _register(session: Session, slug: str, name: str, kind: str, contact: dict[str, str], revision: str) -> str:
    row = session.execute(
        text(
            "WITH new AS (SELECT nextval(pg_get_serial_sequence('platform.tenants', 'id')) AS id) "
            "INSERT INTO platform.tenants (id, slug, name, kind, contact, schema, revision, migrated_at) "
            "OVERRIDING SYSTEM VALUE "
            "SELECT id, :slug, :name, :kind, CAST(:contact AS jsonb), "
            "'t_' || lpad(id::text, greatest(5, length(id::text)), '0'), "
            ":revision, now() FROM new RETURNING id"
        ),
        {
            "slug": slug,
            "name": name,
            "kind": kind,
            "contact": json.dumps(contact, ensure_ascii=False),
            "revision": revision,
        },
    ).scalar_one()
    return schema_name(int(row))


def _create(session: Session, schema: str, revision: str) -> None:
    raw = session.connection().connection.dbapi_connection
    assert isinstance(raw, psycopg.Connection)
    with raw.pipeline(), raw.cursor() as cursor:
        for statement in _statements(checked_schema(schema), revision):
            cursor.execute(statement.encode())


def _statements(schema: str, revision: str) -> list[str]:
    if revision == head_revision():
        return statements_for(schema)
    history = [statement for step in steps_until(revision) for statement in step.statements]
    role = f'"{schema}"'
    return [*opening_statements(schema), *(statement.replace("{role}", role) for statement in history)]


class Busy(RuntimeError):
    """Something of the tenant's is still running, such as an import; nothing was removed."""


#: How long a removal waits for what runs in the tenant's schema.
REMOVAL_PATIENCE = "5s"


def remove(owner_url: str, slug: str, *, suspended_only: bool = False, witness: Witness | None = None) -> None:
    """Drop a tenant's schema, role and registry row in one transaction. `witness` may write in it.

    Raises `UnknownTenant`, `NotSuspended` when `suspended_only` and it is not, and `Busy` when something runs there
    still; then nothing is removed.
    """
    engine = create_engine(owner_url, poolclass=NullPool)
    try:
        _remove(engine, slug, suspended_only, witness)
    except OperationalError as error:
        if isinstance(error.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
            raise Busy(slug) from error
        raise


def _remove(engine: Engine, slug: str, suspended_only: bool, witness: Witness | None) -> None:
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL lock_timeout TO '{REMOVAL_PATIENCE}'"))
        row = connection.execute(
            text("DELETE FROM platform.tenants WHERE slug = :slug RETURNING schema, status"), {"slug": slug}
        ).one_or_none()
        if row is None:
            raise UnknownTenant(slug)
        if suspended_only and row.status != "suspended":
            raise NotSuspended(slug)
        name = checked_schema(row.schema)
        connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))
        connection.execute(text(f'DROP OWNED BY "{name}"'))
        connection.execute(text(f'DROP ROLE "{name}"'))
        if witness is not None:
            witness(connection)
