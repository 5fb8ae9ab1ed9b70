"""XLS (BIFF8 in a compound file) and ODS workbooks, as small as readers take them; errors are `ERROR`, days dates."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

ERROR = object()
Tabs = Mapping[str, Sequence[Sequence[Any]]]
MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
EPOCH = date(1899, 12, 30)
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:{address}:1.0"'
    for name, address in (
        ("office", "oasis:names:tc:opendocument:xmlns:office"), ("table", "oasis:names:tc:opendocument:xmlns:table"),
        ("text", "oasis:names:tc:opendocument:xmlns:text"),
        ("calcext", "org:documentfoundation:names:experimental:calc:xmlns:calcext"),
    )
)  # fmt: skip


def xls(tabs: Tabs) -> bytes:
    """An XLS workbook."""
    sheets = [(name, _sheet(rows)) for name, rows in tabs.items()]
    at = len(_globals(sheets, [0] * len(sheets)))
    offsets = []
    for _name, sheet in sheets:
        offsets.append(at)
        at += len(sheet)
    return _compound(_globals(sheets, offsets) + b"".join(sheet for _name, sheet in sheets))


def _record(kind: int, data: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _sheet(rows: Sequence[Sequence[Any]]) -> bytes:
    out = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0x0DBB, 0x07CC, 0, 6))
    out += _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            out += _cell(row, column, cell)
    return out + _record(0x0A)


def _cell(row: int, column: int, cell: Any) -> bytes:
    place = struct.pack("<HH", row, column)
    if cell is ERROR:
        return _record(0x205, place + struct.pack("<HBB", 15, 0x17, 1))
    if isinstance(cell, date):
        return _record(0x203, place + struct.pack("<Hd", 16, (cell - EPOCH).days))
    if isinstance(cell, (int, float)):
        return _record(0x203, place + struct.pack("<Hd", 15, cell))
    return _record(0x204, place + struct.pack("<HHB", 15, len(cell), 1) + cell.encode("utf-16-le")) if cell else b""


def _globals(sheets: Sequence[tuple[str, bytes]], offsets: Sequence[int]) -> bytes:
    out = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0x0DBB, 0x07CC, 0, 6)) + _record(0x42, b"\xb0\x04")
    for number in range(17):
        style = 0xFFF5 if number < 15 else 1
        out += _record(0xE0, struct.pack("<HHHBBBBIIH", 0, 14 * (number == 16), style, 32, 0, 0, 0, 0, 0, 0x20C0))
    for (name, _sheet), offset in zip(sheets, offsets, strict=True):
        out += _record(0x85, struct.pack("<IBBBB", offset, 0, 0, len(name), 1) + name.encode("utf-16-le"))
    return out + _record(0x0A)


def _compound(stream: bytes) -> bytes:
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    last = len(stream) // 512 + 1
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, last + 1), 0xFFFFFFFE]
    head = OLE + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<10I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    directory = (
        _entry("Root Entry", 5, 0xFFFFFFFE, 0, 1) + _entry("Workbook", 2, 2, len(stream), 0xFFFFFFFF) + bytes(256)
    )
    links = struct.pack(f"<{len(chain)}I", *chain).ljust(512, b"\xff")
    return head.ljust(512, b"\xff") + links + directory + stream


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    word = (name + "\0").encode("utf-16-le")
    links = struct.pack("<HBBIII", len(word), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return word.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, size)


def ods(tabs: Tabs) -> bytes:
    """An ODS workbook."""
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(map(_ods_row, rows))}</table:table>'
        for name, rows in tabs.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {NAMESPACES}>{body}</office:document-content>',
        )
        archive.writestr(
            "META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
    return out.getvalue()


def _ods_row(cells: Sequence[Any]) -> str:
    blank = '<table:table-cell table:number-columns-repeated="3"/>'
    if not cells:
        return f'<table:table-row table:number-rows-repeated="2">{blank}</table:table-row>'
    return f"<table:table-row>{''.join(map(_ods_cell, cells))}</table:table-row>"


def _ods_cell(cell: Any) -> str:
    if cell is ERROR:
        kind = 'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
        return f"<table:table-cell {kind}><text:p>#DIV/0!</text:p></table:table-cell>"
    if isinstance(cell, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{cell}"/>'
    if isinstance(cell, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{cell}"/>'
    text = f"<text:p>{escape(cell)}</text:p>" if cell else ""
    return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
