"""Writing an archive: everything of a tenant as it was at one moment."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psycopg
from psycopg import sql

from tenants.archive.catalogue import columns, in_order_of_keys, types
from tenants.archive.format import COPY_OPTIONS, FORMAT, MANIFEST, FilePart, Manifest, TablePart
from tenants.errors import UnknownTenant
from tenants.names import checked_schema
from tenants.store import Store

BLOCK = 1 << 20
# So that the same rows are the same bytes, whatever the server and the login are set to.
_SAID_ALIKE = (
    ("timezone", "UTC"), ("datestyle", "ISO, YMD"), ("intervalstyle", "iso_8601"), ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
)  # fmt: skip


def export(
    owner_url: str, slug: str, target: Path, *, storage: Store | None = None, leave_out: frozenset[str] = frozenset()
) -> Manifest:
    """Write the tenant's archive to `target` (replaced in one step) and return its manifest.

    `storage` holds each tenant's files under the name of its schema. Raises
    `UnknownTenant`, `OSError`.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with psycopg.connect(owner_url) as connection, _private(draft) as file:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = _export(connection, archive, slug, storage, leave_out)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _private(path: Path) -> IO[bytes]:
    """A new file that only its owner may read: it holds residents' data."""
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")


def _export(
    connection: psycopg.Connection[Any],
    archive: zipfile.ZipFile,
    slug: str,
    storage: Store | None,
    leave_out: frozenset[str],
) -> Manifest:
    for setting, value in _SAID_ALIKE:
        connection.execute(sql.SQL("SET LOCAL {} TO {}").format(sql.Identifier(setting), sql.Literal(value)))
    # The lock keeps a migration of this tenant waiting until the last table has been read, and nothing else.
    row = connection.execute(
        "SELECT slug, name, kind, revision, contact, schema FROM platform.tenants WHERE slug = %s FOR KEY SHARE",
        (slug,),
    ).fetchone()
    if row is None:
        raise UnknownTenant(slug)
    schema = checked_schema(row[5])
    tables = [
        _export_table(connection, archive, schema, table)
        for table in in_order_of_keys(connection, schema)
        if table not in leave_out
    ]
    files = _export_files(archive, storage, schema) if storage is not None else []
    exported_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(FORMAT, row[0], row[1], row[2], row[3], row[4], exported_at, tables, files)
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _export_table(connection: psycopg.Connection[Any], archive: zipfile.ZipFile, schema: str, table: str) -> TablePart:
    names = columns(connection, schema)[table]
    keys = connection.execute(
        "SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place) "
        "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
        "WHERE i.indisprimary AND i.indrelid = %s::regclass ORDER BY k.place",
        (f'"{schema}"."{table}"',),
    ).fetchall()
    query = sql.SQL("COPY (SELECT {} FROM {}.{} ORDER BY {}) TO STDOUT{}").format(
        sql.SQL(", ").join(map(sql.Identifier, names)),
        sql.Identifier(schema),
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(key[0]) for key in keys) or sql.SQL("1"),
        sql.SQL(COPY_OPTIONS[FORMAT]),  # type: ignore[arg-type]
    )
    digest, size = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        with archive.open(f"tables/{table}.csv", "w", force_zip64=True) as member, cursor.copy(query) as rows:
            for block in rows:
                digest.update(block)
                size += len(block)
                member.write(block)
        kinds = types(connection, schema, table)
        return TablePart(table, names, cursor.rowcount, size, digest.hexdigest(), [kinds[name] for name in names])


def _export_files(archive: zipfile.ZipFile, storage: Store, schema: str) -> list[FilePart]:
    found: list[FilePart] = []
    for name in storage.names(schema):
        try:
            found.append(_export_file(archive, storage, schema, name))
        except FileNotFoundError:  # removed since it was listed: the portal works on meanwhile
            continue
    return found


def _export_file(archive: zipfile.ZipFile, storage: Store, schema: str, name: str) -> FilePart:
    digest, size = hashlib.sha256(), 0
    with storage.below(schema, name) as source, archive.open(f"files/{name}", "w", force_zip64=True) as member:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            member.write(block)
    return FilePart(name, size, digest.hexdigest())
