"""Archives, judged by their directory before a byte of content is unpacked."""

from __future__ import annotations

import zipfile
from io import RawIOBase
from pathlib import Path
from typing import IO, BinaryIO, cast

from app.core import archives
from app.core.archives import Bounds
from app.core.archives import shown_name as shown_name
from app.imports.reading.findings import Refused
from app.imports.reading.limits import MIB, Limits

_CODES = {"damaged": "archive-damaged", "too-many": "too-many-files"}
NESTED = (".zip", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".rar", ".7z", ".gz", ".tar")
#: How far into a part of a workbook its first element may be.
PROLOGUE = 64 * 1024


def opened(path: Path, limits: Limits) -> zipfile.ZipFile:
    """The archive at `path`, if its directory promises to stay within `limits`. Raises Refused."""
    bounds = Bounds(limits.entries, limits.expanded, limits.ratio, limits.ratio_from)
    try:
        return archives.opened(path, path.stat().st_size, bounds)
    except OSError as error:
        raise Refused("archive-damaged") from error
    except archives.Unsafe as error:
        params = error.params
        if error.code == "too-large":
            params = {name: _mib(size) for name, size in params.items()}
        raise Refused(_CODES.get(error.code, error.code), **params) from error


def nested(name: str) -> bool:
    return name.lower().endswith(NESTED)


class Counted(RawIOBase):
    """A file in an archive that refuses to give more bytes than the directory promised."""

    def __init__(self, file: IO[bytes], promised: int) -> None:
        super().__init__()
        self._file = file
        self._promised = self._left = promised

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._promised - self._left

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
