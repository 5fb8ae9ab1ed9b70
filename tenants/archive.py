"""One tenant in one file, and back: a ZIP of a manifest, one text file for each table, and the stored files.

Everything is read in one repeatable-read transaction, so the archive holds one moment. Unlogged tables (work
in progress) and the tables that the caller names (sessions, tokens) stay out. A restored tenant is a new one:
new number, new schema, new role; nothing of the old one opens it.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

import psycopg
from psycopg import sql
from sqlalchemy.orm import Session

from tenants.errors import UnknownTenant
from tenants.migrating import steps_from
from tenants.names import checked_schema
from tenants.provisioning import Seed, provision
from tenants.registry import Tenant
from tenants.store import Store

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 1024 * 1024
BLOCK = 1 << 20


class BadArchive(ValueError):
    """The file cannot be restored; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table: its columns in the order of the file, rows, bytes, and the SHA-256 (hex) of the file."""

    name: str
    columns: list[str]
    rows: int
    size: int
    sha256: str

    @property
    def member(self) -> str:
        return f"tables/{self.name}.copy"


@dataclass(frozen=True, slots=True)
class FilePart:
    """One stored file, by its path below the tenant's folder."""

    path: str
    size: int
    sha256: str

    @property
    def member(self) -> str:
        return f"files/{self.path}"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive holds. `tables` are in an order in which foreign keys can be met."""

    format: int
    slug: str
    name: str
    kind: str
    revision: str
    contact: dict[str, str]
    exported_at: str
    tables: list[TablePart]
    files: list[FilePart]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


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
    # The lock keeps a migration of this tenant waiting until the last table has been read.
    row = connection.execute(
        "SELECT slug, name, kind, revision, contact, schema FROM platform.tenants WHERE slug = %s FOR SHARE", (slug,)
    ).fetchone()
    if row is None:
        raise UnknownTenant(slug)
    schema = checked_schema(row[5])
    tables = [
        _export_table(connection, archive, schema, table)
        for table in _in_order_of_keys(connection, schema)
        if table not in leave_out
    ]
    files = _export_files(archive, storage, schema) if storage is not None else []
    exported_at = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = Manifest(FORMAT, row[0], row[1], row[2], row[3], row[4], exported_at, tables, files)
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _export_table(connection: psycopg.Connection[Any], archive: zipfile.ZipFile, schema: str, table: str) -> TablePart:
    columns = _columns(connection, schema)[table]
    keys = connection.execute(
        "SELECT a.attname FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k(number, place) "
        "JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number "
        "WHERE i.indisprimary AND i.indrelid = %s::regclass ORDER BY k.place",
        (f'"{schema}"."{table}"',),
    ).fetchall()
    query = sql.SQL("COPY (SELECT {} FROM {}.{} ORDER BY {}) TO STDOUT").format(
        sql.SQL(", ").join(map(sql.Identifier, columns)),
        sql.Identifier(schema),
        sql.Identifier(table),
        sql.SQL(", ").join(sql.Identifier(key[0]) for key in keys) or sql.SQL("1"),
    )
    digest, size = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        with archive.open(f"tables/{table}.copy", "w", force_zip64=True) as member, cursor.copy(query) as rows:
            for block in rows:
                digest.update(block)
                size += len(block)
                member.write(block)
        return TablePart(table, columns, cursor.rowcount, size, digest.hexdigest())


def _export_files(archive: zipfile.ZipFile, storage: Store, schema: str) -> list[FilePart]:
    found: list[FilePart] = []
    for name in storage.names(schema):
        digest, size = hashlib.sha256(), 0
        with storage.below(schema, name) as source, archive.open(f"files/{name}", "w", force_zip64=True) as member:
            while block := source.read(BLOCK):
                digest.update(block)
                size += len(block)
                member.write(block)
        found.append(FilePart(name, size, digest.hexdigest()))
    return found


def _columns(connection: psycopg.Connection[Any], schema: str) -> dict[str, list[str]]:
    """The stored columns of each table that outlives a crash; generated ones follow by themselves."""
    rows = connection.execute(
        "SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FROM pg_class c "
        "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' "
        "WHERE c.relnamespace = %s::regnamespace AND c.relkind = 'r' AND c.relpersistence = 'p' GROUP BY c.relname",
        (f'"{schema}"',),
    ).fetchall()
    return {name: [str(column) for column in columns] for name, columns in rows}


def _in_order_of_keys(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    """The tables, each after those that its foreign keys name."""
    needs: dict[str, set[str]] = {table: set() for table in _columns(connection, schema)}
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


def read_manifest(path: Path) -> Manifest:
    """The manifest of an archive whose outside has been checked. Raises `BadArchive`, `OSError`."""
    with _opened(path) as archive:
        return _manifest(archive)


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise BadArchive("To nie jest archiwum ZIP albo jest uszkodzone.") from error


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    members = archive.infolist()
    names = [member.filename for member in members]
    if MANIFEST not in names:
        raise BadArchive("W archiwum nie ma pliku manifest.json: to nie jest eksport zarządcy.")
    if len(set(names)) != len(names) or any(member.flag_bits & 1 for member in members):
        raise BadArchive("Archiwum jest zaszyfrowane albo zawiera powtórzone nazwy plików.")
    if archive.getinfo(MANIFEST).file_size > LARGEST_MANIFEST:
        raise BadArchive("Plik manifest.json jest za duży.")
    try:
        found = json.loads(archive.read(MANIFEST))
        if found["format"] != FORMAT:
            raise BadArchive(f"Archiwum ma wersję {found['format']!s:.20}; ten program czyta wersję {FORMAT}.")
        tables = [TablePart(**part) for part in found.pop("tables")]
        files = [FilePart(**part) for part in found.pop("files")]
        manifest = Manifest(tables=tables, files=files, **found)
    except (KeyError, TypeError, AttributeError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        if isinstance(error, BadArchive):
            raise
        raise BadArchive("Pliku manifest.json nie da się odczytać.") from error
    _check_members(archive, manifest)
    return manifest


def _check_members(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    parts: list[TablePart | FilePart] = [*manifest.tables, *manifest.files]
    expected = {part.member: part.size for part in parts}
    actual = {member.filename: member.file_size for member in archive.infolist() if member.filename != MANIFEST}
    if expected != actual or len(expected) != len(parts):
        raise BadArchive("Zawartość archiwum nie zgadza się z jego spisem: jest niepełne albo zmienione.")
    for file in manifest.files:
        pieces = PurePosixPath(file.path).parts
        if not pieces or file.path.startswith("/") or ".." in pieces or "\\" in file.path or "\0" in file.path:
            raise BadArchive("Archiwum zawiera plik o niedozwolonej ścieżce.")
    try:
        steps_from(manifest.revision)
    except LookupError as error:
        raise BadArchive(
            f"Archiwum pochodzi z wersji bazy „{manifest.revision:.40}”, której ten program nie zna."
        ) from error


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
    with _opened(path) as archive:
        manifest = _manifest(archive)
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
    known = _columns(connection, schema)
    for part in manifest.tables:
        # Names go into SQL only after the catalogue has confirmed them.
        if part.name not in known or sorted(part.columns) != sorted(known[part.name]):
            raise BadArchive(f"Tabela „{part.name:.60}” z archiwum nie zgadza się z wersją bazy.")
        _load_table(connection, archive, part, schema)
    for table in known:
        _set_sequences(connection, schema, table)


def _load_table(connection: psycopg.Connection[Any], archive: zipfile.ZipFile, part: TablePart, schema: str) -> None:
    query = sql.SQL("COPY {}.{} ({}) FROM STDIN").format(
        sql.Identifier(schema), sql.Identifier(part.name), sql.SQL(", ").join(map(sql.Identifier, part.columns))
    )
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        try:
            with cursor.copy(query) as copy:
                for block in _blocks(archive, part):
                    digest.update(block)
                    copy.write(block)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            reason = error.diag.message_primary or str(error)
            raise BadArchive(f"Tabeli „{part.name}” nie da się wczytać: {reason}") from error
        if cursor.rowcount != part.rows or digest.hexdigest() != part.sha256:
            raise BadArchive(f"Tabela „{part.name}” nie zgadza się ze spisem: suma kontrolna albo liczba wierszy.")


def _blocks(archive: zipfile.ZipFile, part: TablePart | FilePart) -> Iterator[bytes]:
    """The member in pieces, and never more of it than it claims to hold."""
    left = part.size
    with archive.open(part.member) as member:
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
        storage.fill(schema, part.path, _proved(archive, part))


def _proved(archive: zipfile.ZipFile, part: FilePart) -> Iterator[bytes]:
    """The blocks of a file; raises `BadArchive` after the last when they are not those of the manifest."""
    digest = hashlib.sha256()
    for block in _blocks(archive, part):
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
