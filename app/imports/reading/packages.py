"""What a package is and where its sheets are: a workbook, an archive, a folder, a single file."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Protocol

from app.imports.reading import archives
from app.imports.reading.delimited import Delimited
from app.imports.reading.findings import Notes, Refused
from app.imports.reading.limits import MIB, Limits
from app.imports.reading.mapping import NOTHING, Plan, SheetMap
from app.imports.reading.sheets import NAMES, SHEETS, Sheet
from app.imports.reading.workbooks import Tab, Workbook

TEXT_ENDINGS = (".csv", ".txt", ".tsv")
LITTER = frozenset((".ds_store", "thumbs.db", "desktop.ini"))
#: First bytes of files that are often renamed or sent by mistake.
MAGIC = (
    (b"\x89PNG", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"GIF8", "GIF"), (b"%PDF", "PDF"), (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"\x1f\x8b", "GZIP"), (b"BM", "BMP"), (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"), (b"SQLite format 3", "SQLite"), (b"{\\rtf", "RTF"),
)  # fmt: skip
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06")
OPEN_DOCUMENT = "application/vnd.oasis.opendocument.spreadsheet"


class Source(Protocol):
    """A file or a tab that holds one sheet.

    `called`: its name as the file has it; `file`: the file it lies in; `typed`: cells are not only text; `size`: how
    much there is to read, comparable within a package. `share` tells what part of it has been read, 0 to 1, when so
    many of its rows have.
    """

    sheet: Sheet
    called: str
    file: str
    typed: bool
    encoding: str | None
    separator: str | None
    size: int

    def records(self, limits: Limits, said: SheetMap | None) -> Iterator[list[Any]]: ...

    def share(self, rows: int) -> float: ...


@dataclass(frozen=True)
class _Search:
    """What is known of tabs and files before they are opened, and where it is told."""

    limits: Limits
    notes: Notes
    plan: Plan

    def held_by(self, called: str) -> list[Sheet]:
        """The sheets in a tab or a file of this name; a warning if there is none."""
        held = self.plan.held_by(called)
        if not held:
            self.notes.warning("sheet-unwanted" if self.plan.unwanted(called) else "sheet-unknown", sheet=called)
        return held


class _Look(_Search):
    """Takes whatever is there."""

    def held_by(self, called: str) -> list[Sheet]:
        return [Sheet(called, called, ())]


def sources(path: Path, name: str, limits: Limits, notes: Notes, plan: Plan = NOTHING) -> list[Source]:
    """The sheets of the package at `path`, in the order in which they must be read.

    `name` is what the file was called where it came from; `plan` what the manager says of its files. What is
    hidden or unknown becomes a warning. Raises Refused for anything that is not a package.
    """
    found = _found(path, name, _Search(limits, notes, plan))
    chosen: dict[str, Source] = {}
    for source in found:
        first = chosen.setdefault(source.sheet.name, source)
        if first is not source:
            raise Refused("sheet-twice", sheet=source.called, first=first.called)
    if not chosen and not notes.errors:
        raise Refused("no-sheets", sheets=", ".join(f"{polish} ({name})" for name, polish in NAMES.items()))
    return [chosen[name] for name in SHEETS if name in chosen]


def everything(path: Path, name: str, limits: Limits, notes: Notes) -> list[Source]:
    """Every tab or text file of the package at `path`, whatever it is called, as a sheet of no columns."""
    return _found(path, name, _Look(limits, notes, NOTHING))


def _found(path: Path, name: str, search: _Search) -> list[Source]:
    return _folder(path, search) if path.is_dir() else _file(path, name, search)


def _file(path: Path, name: str, search: _Search) -> list[Source]:
    limits = search.limits
    size = path.stat().st_size
    if not size:
        raise Refused("empty-file")
    if size > limits.expanded:
        raise Refused("too-large", size=-(-size // MIB), limit=limits.expanded // MIB)
    with path.open("rb") as file:
        head = file.read(512)
    if head.startswith(OLE):
        return _ole(path, name, search)
    if head.startswith(ZIP):
        return _archive(path, name, search)
    _refuse_foreign(head)
    called = PurePosixPath(name).stem
    single = search.plan.single
    held = [SHEETS[single]] if single else search.held_by(called)
    return [Delimited(sheet, called, name, _file_at(path), size) for sheet in held]


def _refuse_foreign(head: bytes, called: str | None = None) -> None:
    for magic, kind in MAGIC:
        if head.startswith(magic) and (len(magic) > 2 or b"\0" in head):
            raise Refused("foreign", sheet=called, kind=kind)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:15].lower()
    if start.startswith(b"<"):
        kind = "HTML" if start.startswith((b"<!doctype html", b"<html", b"<table")) else "XML"
        raise Refused("markup", sheet=called, kind=kind)


def _ole(path: Path, name: str, search: _Search) -> list[Source]:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise Refused("encrypted")
    if "WordDocument".encode("utf-16-le") in content:
        raise Refused("foreign", kind="DOC")
    del content
    return _tabs(Workbook(path, search.limits), name, search)


def _archive(path: Path, name: str, search: _Search) -> list[Source]:
    archive = archives.opened(path, search.limits)
    inside = set(archive.namelist())
    if "mimetype" in inside and archive.getinfo("mimetype").file_size < 200:
        with archives.member(archive, archive.getinfo("mimetype")) as part:
            if part.read().decode("ascii", "replace").strip() != OPEN_DOCUMENT:
                raise Refused("foreign", kind="OpenDocument")
        archives.refuse_document_types(archive)
        return _tabs(Workbook(path, search.limits), name, search)
    if "[Content_Types].xml" in inside:
        if not inside & {"xl/workbook.xml", "xl/workbook.bin"}:
            raise Refused("foreign", kind="DOCX" if "word/document.xml" in inside else "Office")
        archives.refuse_document_types(archive)
        return _tabs(Workbook(path, search.limits), name, search)
    return _members(archive, search)


def _tabs(book: Workbook, file: str, search: _Search) -> list[Source]:
    for tab in book.hidden:
        if search.plan.held_by(tab):
            search.notes.warning("sheet-hidden", sheet=tab)
    sizes = book.sizes()
    return [Tab(sheet, tab, file, book, sizes[tab]) for tab in book.tabs for sheet in search.held_by(tab)]


def _members(archive: zipfile.ZipFile, search: _Search) -> list[Source]:
    found: list[Source] = []
    for entry in archive.infolist():
        shown = PurePosixPath(archives.shown_name(entry).replace("\\", "/"))
        if entry.is_dir() or _litter(shown):
            continue
        found += _member(shown, partial(archives.member, archive, entry), entry.file_size, search)
    return found


def _folder(path: Path, search: _Search) -> list[Source]:
    found: list[Source] = []
    limits = search.limits
    total = 0
    with os.scandir(path) as listing:
        files = sorted((entry for entry in listing if not entry.is_dir(follow_symlinks=False)), key=lambda e: e.name)
    if len(files) > limits.entries:
        raise Refused("too-many-files", count=len(files), limit=limits.entries)
    for file in files:
        if _litter(PurePosixPath(file.name)):
            continue
        if file.is_symlink() or not file.is_file():
            raise Refused("link", value=file.name)
        total += file.stat().st_size
        if total > limits.expanded:
            raise Refused("too-large", size=-(-total // MIB), limit=limits.expanded // MIB)
        found += _member(PurePosixPath(file.name), _file_at(Path(file.path)), file.stat().st_size, search)
    return found


def _member(shown: PurePosixPath, opened: Callable[[], BinaryIO], size: int, search: _Search) -> list[Source]:
    """The sheets in a file of an archive or a folder. Raises Refused for a package inside a package."""
    if archives.nested(shown.name):
        raise Refused("nested", value=shown.name)
    if shown.suffix.lower() not in TEXT_ENDINGS:
        search.notes.warning("file-unknown", sheet=shown.name)
        return []
    held = search.held_by(shown.stem)
    if not held:
        return []
    with opened() as file:
        head = file.read(512)
    if not head:
        raise Refused("empty-sheet", sheet=shown.stem)
    if head.startswith((OLE, *ZIP)):
        raise Refused("nested", value=shown.name)
    _refuse_foreign(head, shown.stem)
    return [Delimited(sheet, shown.stem, str(shown), opened, size) for sheet in held]


def _file_at(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def _litter(shown: PurePosixPath) -> bool:
    return "__MACOSX" in shown.parts or shown.name.lower() in LITTER or shown.name.startswith(("._", "~$", ".~lock"))
