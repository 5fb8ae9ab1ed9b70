"""Making a new tenant of an archive, or nothing at all."""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

from tenants.archive.catalogue import columns
from tenants.archive.format import COPY_OPTIONS, BadArchive, FilePart, Manifest, TablePart, manifest_of, opened
from tenants.names import checked_schema
from tenants.provisioning import Seed, provision
from tenants.registry import Tenant
from tenants.store import Store

BLOCK = 1 << 20


def restore(
    owner_url: str,
    path: Path,
    *,
    slug: str | None,
    base_domain: str,
    storage: Store | None = None,
    settle: Seed | None = None,
) -> Tenant:
    """Make a new tenant of an archive, on the archive's revision, and return it.

    `settle` may change rows before anybody sees them, in the same transaction. Nothing is left behind when it
    fails. Raises `BadArchive`, `BadSlug`, `SlugTaken`, `ProvisioningFailed`, `OSError`.
    """
    filled: list[str] = []
    with opened(path) as archive:
        manifest = manifest_of(archive)
        if manifest.files and storage is None:
            raise BadArchive("Archiwum zawiera pliki, a nie wiadomo, gdzie je zapisać.")
        try:
            return provision(
                owner_url,
                slug=slug or manifest.slug,
                name=manifest.name,
                kind=manifest.kind,
                base_domain=base_domain,
                contact=manifest.contact,
                seed=_loader(archive, manifest, storage, filled, settle),
                revision=manifest.revision,
            )
        except BaseException as error:
            for schema in filled:
                assert storage is not None
                storage.clear(schema)
            if isinstance(error, (zipfile.BadZipFile, EOFError, zlib.error)):
                raise BadArchive("Archiwum jest uszkodzone: nie zgadza się suma kontrolna.") from error
            raise


def _loader(
    archive: zipfile.ZipFile, manifest: Manifest, storage: Store | None, filled: list[str], settle: Seed | None
) -> Seed:
    """What fills the new schema; `filled` gets the schema whose files must go again when the transaction fails."""

    def seed(session: Session) -> None:
        raw = session.connection().connection.dbapi_connection
        assert isinstance(raw, psycopg.Connection)
        row = raw.execute("SELECT current_schema()").fetchone()
        schema = checked_schema(row[0] if row else "")
        _load_tables(raw, archive, manifest, schema)
        if storage is not None:
            _load_files(archive, manifest, storage, schema, filled)
        if settle is not None:
            settle(session)

    return seed


def _load_tables(
    connection: psycopg.Connection[Any], archive: zipfile.ZipFile, manifest: Manifest, schema: str
) -> None:
    known = columns(connection, schema)
    for part in manifest.tables:
        # Names go into SQL only after the catalogue has confirmed them.
        if part.name not in known or sorted(part.columns) != sorted(known[part.name]):
            raise BadArchive(f"Tabela „{part.name:.60}” z archiwum nie zgadza się z wersją bazy.")
        _load_table(connection, archive, part, schema, manifest.format)
    for table in known:
        _set_sequences(connection, schema, table)


def _load_table(
    connection: psycopg.Connection[Any], archive: zipfile.ZipFile, part: TablePart, schema: str, form: int
) -> None:
    query = sql.SQL("COPY {}.{} ({}) FROM STDIN{}").format(
        sql.Identifier(schema),
        sql.Identifier(part.name),
        sql.SQL(", ").join(map(sql.Identifier, part.columns)),
        sql.SQL(COPY_OPTIONS[form]),  # type: ignore[arg-type]
    )
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        try:
            with cursor.copy(query) as copy:
                for block in _blocks(archive, part, form):
                    digest.update(block)
                    copy.write(block)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            reason = error.diag.message_primary or str(error)
            raise BadArchive(f"Tabeli „{part.name}” nie da się wczytać: {reason}") from error
        if cursor.rowcount != part.rows or digest.hexdigest() != part.sha256:
            raise BadArchive(f"Tabela „{part.name}” nie zgadza się ze spisem: suma kontrolna albo liczba wierszy.")


def _blocks(archive: zipfile.ZipFile, part: TablePart | FilePart, form: int) -> Iterator[bytes]:
    """The member in pieces, and never more of it than it claims to hold."""
    left = part.size
    with archive.open(part.member(form)) as member:
        while block := member.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise BadArchive("Plik w archiwum jest większy, niż podaje spis.")
            yield block


def _load_files(archive: zipfile.ZipFile, manifest: Manifest, storage: Store, schema: str, filled: list[str]) -> None:
    if storage.names(schema):
        raise BadArchive(f"W magazynie plików są już pliki „{schema}”; usuń je albo przenieś.")
    filled.append(schema)
    for part in manifest.files:
        storage.fill(schema, part.path, _proved(archive, part, manifest.format))


def _proved(archive: zipfile.ZipFile, part: FilePart, form: int) -> Iterator[bytes]:
    """The blocks of a file; raises `BadArchive` after the last when they are not those of the manifest."""
    digest = hashlib.sha256()
    for block in _blocks(archive, part, form):
        digest.update(block)
        yield block
    if digest.hexdigest() != part.sha256:
        raise BadArchive(f"Plik „{part.path}” nie zgadza się ze spisem.")


def _set_sequences(connection: psycopg.Connection[Any], schema: str, table: str) -> None:
    name = f'"{schema}"."{table}"'
    for column, sequence in connection.execute(
        "SELECT attname, pg_get_serial_sequence(%(name)s, attname) FROM pg_attribute "
        "WHERE attrelid = %(name)s::regclass AND attidentity <> '' AND NOT attisdropped",
        {"name": name},
    ).fetchall():
        connection.execute(
            sql.SQL(
                "SELECT setval(%s::regclass, max({column})) FROM {schema}.{table} HAVING max({column}) IS NOT NULL"
            ).format(column=sql.Identifier(column), schema=sql.Identifier(schema), table=sql.Identifier(table)),
            (sequence,),
        )
