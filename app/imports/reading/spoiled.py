"""Cells of XLS and ODS workbooks that hold an error: the reader gives them as empty, which would lose them silently.

XLS is a compound file ([MS-CFB]) with records of BIFF8 ([MS-XLS]); ODS is OpenDocument 1.3 with the error mark of
LibreOffice (`calcext:value-type`).
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from app.imports.reading import archives
from app.imports.reading.findings import Refused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NO_SECTOR = 0xFFFFFFFA
SMALL_STREAM = 4096
BOUND_SHEET, BOOL_OR_ERROR, FORMULA, START, END = 0x85, 0x205, 0x06, 0x809, 0x0A
ERROR_MARK = b'value-type="error"'
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
ERROR_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
PIECE = 1024 * 1024
MAX_FOUND = 1000

#: Row number → columns counted from 0.
Spoiled = dict[int, set[int]]


def xls_errors(path: Path) -> list[Spoiled]:
    """Cells with an error in each sheet of an XLS, in the order of its tabs; nothing for what is not one."""
    try:
        stream = _workbook(path.read_bytes())
        return [_in_sheet(stream, offset) for offset in _sheets(stream)]
    except (struct.error, IndexError):
        return []


def _workbook(data: bytes) -> bytes:
    """The stream that holds the workbook of a compound file."""
    if not data.startswith(OLE):
        return b""
    size = 1 << struct.unpack_from("<H", data, 30)[0]
    directory, first_extra = struct.unpack_from("<I", data, 48)[0], struct.unpack_from("<I", data, 68)[0]
    tables = [at for at in struct.unpack_from("<109I", data, 76) if at < NO_SECTOR]
    while first_extra < NO_SECTOR and len(tables) < len(data) // size:
        more = struct.unpack_from(f"<{size // 4}I", data, (first_extra + 1) * size)
        tables += [at for at in more[:-1] if at < NO_SECTOR]
        first_extra = more[-1]
    chain = [link for at in tables for link in struct.unpack_from(f"<{size // 4}I", data, (at + 1) * size)]
    entries = _joined(data, chain, directory, size)
    for at in range(0, len(entries) - 127, 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        start, total = struct.unpack_from("<II", entries, at + 116)
        if name in ("Workbook", "Book") and total >= SMALL_STREAM:
            return _joined(data, chain, start, size)[:total]
    return b""


def _joined(data: bytes, chain: list[int], start: int, size: int) -> bytes:
    parts, seen = [], 0
    while start < NO_SECTOR and seen <= len(chain):
        parts.append(data[(start + 1) * size : (start + 2) * size])
        start, seen = chain[start], seen + 1
    return b"".join(parts)


def _records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Kind, place and length of each record from `at`."""
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, at + 4, length
        at += 4 + length


def _sheets(stream: bytes) -> list[int]:
    """Where each sheet begins."""
    found = []
    for kind, at, _length in _records(stream, 0):
        if kind == BOUND_SHEET:
            found.append(struct.unpack_from("<I", stream, at)[0])
        elif kind == END:
            break
    return found


def _in_sheet(stream: bytes, offset: int) -> Spoiled:
    found: Spoiled = {}
    depth = 0
    for kind, at, length in _records(stream, offset):
        if kind == START:
            depth += 1
        elif kind == END:
            depth -= 1
            if depth <= 0:
                break
        elif (kind == BOOL_OR_ERROR and length >= 8 and stream[at + 7] == 1) or (
            kind == FORMULA and length >= 14 and stream[at + 6] == 2 and stream[at + 12 : at + 14] == b"\xff\xff"
        ):
            row, column = struct.unpack_from("<HH", stream, at)
            found.setdefault(row + 1, set()).add(column)
    return found


def ods_errors(archive: zipfile.ZipFile) -> dict[str, Spoiled]:
    """Tab → cells with an error in an ODS. Raises Refused."""
    entry = archive.getinfo("content.xml")
    if not _mentions(archive, entry):
        return {}
    found: dict[str, Spoiled] = {}
    tab, row, column, count = "", 0, 0, 0
    with archives.member(archive, entry) as part:
        try:
            for event, node in ElementTree.iterparse(part, ("start", "end")):
                if event == "start" and node.tag == f"{TABLE}table":
                    tab, row = node.get(f"{TABLE}name", ""), 0
                elif event == "start" and node.tag == f"{TABLE}table-row":
                    row, column = row + 1, 0
                elif event == "end" and node.tag == f"{TABLE}table-row":
                    row += int(node.get(f"{TABLE}number-rows-repeated", "1")) - 1
                    node.clear()
                elif event == "end" and node.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
                    if node.get(ERROR_TYPE) == "error" and count < MAX_FOUND:
                        found.setdefault(tab, {}).setdefault(row, set()).add(column)
                        count += 1
                    column += int(node.get(f"{TABLE}number-columns-repeated", "1"))
        except (ElementTree.ParseError, ValueError) as error:
            raise Refused("workbook-damaged") from error
    return found


def _mentions(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    """Whether a part speaks of an error at all, without parsing it."""
    with archives.member(archive, entry) as part:
        carried = b""
        while piece := part.read(PIECE):
            if ERROR_MARK in carried + piece:
                return True
            carried = piece[-len(ERROR_MARK) :]
    return False
