"""What an archive is made of: its parts, its manifest, and reading the manifest back with suspicion.

Format 2 has a CSV file for each table (RFC 4180, UTF-8, a line of names first; NULL is an empty field and an empty
text is `""`). Format 1 had PostgreSQL's own text format; such archives are still restored.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tenants.migrating import steps_from

FORMAT = 2
OLD_FORMAT = 1
COPY_OPTIONS = {OLD_FORMAT: "", FORMAT: " WITH (FORMAT csv, HEADER true)"}
ENDINGS = {OLD_FORMAT: "copy", FORMAT: "csv"}
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 64 * 1024 * 1024


class BadArchive(ValueError):
    """The file cannot be restored; the message says why in one sentence."""


@dataclass(frozen=True, slots=True)
class TablePart:
    """One table: its columns in the order of the file, rows, bytes, and the SHA-256 (hex) of the file.

    `types` are PostgreSQL's, one a column; archives of format 1 do not have them.
    """

    name: str
    columns: list[str]
    rows: int
    size: int
    sha256: str
    types: list[str] = field(default_factory=list)

    def member(self, archive_format: int) -> str:
        return f"tables/{self.name}.{ENDINGS[archive_format]}"


@dataclass(frozen=True, slots=True)
class FilePart:
    """One stored file, by its path below the tenant's folder."""

    path: str
    size: int
    sha256: str

    def member(self, archive_format: int) -> str:
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


def read_manifest(path: Path) -> Manifest:
    """The manifest of an archive whose outside has been checked. Raises `BadArchive`, `OSError`."""
    with opened(path) as archive:
        return manifest_of(archive)


def opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise BadArchive("To nie jest archiwum ZIP albo jest uszkodzone.") from error


def manifest_of(archive: zipfile.ZipFile) -> Manifest:
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
        if found["format"] not in COPY_OPTIONS:
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
    expected = {part.member(manifest.format): part.size for part in parts}
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
