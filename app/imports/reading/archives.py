"""Archives, judged by their directory before a byte of content is unpacked."""

from __future__ import annotations

import stat
import zipfile
from io import RawIOBase
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

from app.imports.reading.findings import Refused
from app.imports.reading.limits import MIB, Limits

ENCRYPTED = 0x1
UTF8_NAME = 0x800
NESTED = (".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".rar", ".7z", ".gz", ".tar")
#: How far into a part of a workbook its first element may be.
PROLOGUE = 64 * 1024


def opened(path: Path, limits: Limits) -> zipfile.ZipFile:
    """The archive at `path`, if its directory promises to stay within `limits`. Raises Refused."""
    try:
        archive = zipfile.ZipFile(path)
        entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError) as error:
        raise Refused("archive-damaged") from error
    if len(entries) > limits.entries:
        raise Refused("too-many-files", count=len(entries), limit=limits.entries)
    total = sum(entry.file_size for entry in entries)
    if total > limits.expanded:
        raise Refused("too-large", size=_mib(total), limit=_mib(limits.expanded))
    if total > limits.ratio_from and total > limits.ratio * max(path.stat().st_size, 1):
        raise Refused("bomb", ratio=total // max(path.stat().st_size, 1), limit=limits.ratio)
    for entry in entries:
        _check(entry)
    return archive


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name of `entry` as the person who packed it saw it (old packers write CP852 and do not say so)."""
    if entry.flag_bits & UTF8_NAME:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp852")


def nested(name: str) -> bool:
    return name.lower().endswith(NESTED)


def _check(entry: zipfile.ZipInfo) -> None:
    name = shown_name(entry)
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\0" in entry.orig_filename:
        raise Refused("unsafe-name", value=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Refused("link", value=name)
    if entry.flag_bits & ENCRYPTED:
        raise Refused("encrypted")


class Counted(RawIOBase):
    """A file in an archive that refuses to give more bytes than the directory promised."""

    def __init__(self, file: IO[bytes], promised: int) -> None:
        super().__init__()
        self._file = file
        self._left = promised

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            chunk = self._file.read(size)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise Refused("archive-damaged") from error
        except Exception as error:  # zlib.error, lzma.LZMAError: one per method of packing
            raise Refused("archive-damaged") from error
        self._left -= len(chunk)
        if self._left < 0:
            raise Refused("archive-damaged")
        return chunk

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        chunk = self.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)

    def close(self) -> None:
        self._file.close()
        super().close()


def member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> BinaryIO:
    """The content of `entry`, counted while it is unpacked. Raises Refused."""
    try:
        return cast(BinaryIO, Counted(archive.open(entry), entry.file_size))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise Refused("archive-damaged") from error


def refuse_document_types(archive: zipfile.ZipFile) -> None:
    """Raises Refused if a part of a workbook declares entities, or hides its first element too deep."""
    for entry in archive.infolist():
        if not entry.filename.lower().endswith((".xml", ".rels", ".vml")):
            continue
        with member(archive, entry) as part:
            prologue = part.read(PROLOGUE).replace(b"\0", b"")
        if b"<!DOCTYPE" in prologue.upper() or b"<!ENTITY" in prologue.upper():
            raise Refused("doctype", value=entry.filename)
        if len(prologue) >= PROLOGUE // 2 and not any(
            b"<" + bytes([letter]) in prologue for letter in b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
        ):
            raise Refused("doctype", value=entry.filename)


def _mib(size: int) -> int:
    return -(-size // MIB)
