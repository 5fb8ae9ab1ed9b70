"""ZIP archives that strangers hand over, judged by their directory before a byte of content is unpacked."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

ENCRYPTED = 0x1
UTF8_NAME = 0x800
# One for each method of packing; a directory that lies, or a part that is locked, brings the others.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, RuntimeError, ValueError, OSError, EOFError,
    IndexError, struct.error, MemoryError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many files, how many bytes unpacked, and above `ratio_from` bytes how many times the archive's own size."""

    entries: int
    expanded: int
    ratio: int
    ratio_from: int


class Unsafe(ValueError):
    """An archive that is not opened. `code` is `damaged`, `too-many`, `too-large`, `bomb`, `unsafe-name`, `link` or
    `encrypted`; `params` are the facts of it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def opened(source: Path | BinaryIO, size: int, bounds: Bounds) -> zipfile.ZipFile:
    """The archive, `size` bytes long, if its directory promises to stay within the bounds. Raises Unsafe."""
    try:
        archive = zipfile.ZipFile(source)
        entries = archive.infolist()
    except DAMAGED as error:
        raise Unsafe("damaged") from error
    total = sum(entry.file_size for entry in entries)
    if len(entries) > bounds.entries:
        raise Unsafe("too-many", count=len(entries), limit=bounds.entries)
    if total > bounds.expanded:
        raise Unsafe("too-large", size=total, limit=bounds.expanded)
    if total > bounds.ratio_from and total > bounds.ratio * max(size, 1):
        raise Unsafe("bomb", ratio=total // max(size, 1), limit=bounds.ratio)
    for entry in entries:
        _check(entry)
    return archive


def shown_name(entry: zipfile.ZipInfo) -> str:
    """The name as the person who packed it saw it (old packers write CP852 and do not say so)."""
    if entry.flag_bits & UTF8_NAME:
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp852")


def _check(entry: zipfile.ZipInfo) -> None:
    name = shown_name(entry)
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or ":" in name or "\0" in entry.orig_filename:
        raise Unsafe("unsafe-name", value=name)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise Unsafe("link", value=name)
    if entry.flag_bits & ENCRYPTED:
        raise Unsafe("encrypted")
