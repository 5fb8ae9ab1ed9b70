"""Readings of meters from a file of their own: the sheet `readings`, read as in a package, for staff to look at."""

from __future__ import annotations

import re
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path, PurePosixPath

from app.core.language import gettext as _
from app.imports.reading.stream import open_package
from app.meters.files import Fault, FileRow, ReadFile, install

SHEET = "readings"
_ESCAPED = re.compile(r"\\(.)")
_PLAIN = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}


def read(name: str, content: bytes) -> ReadFile:
    """The readings of a CSV file (whatever it is called), or of the tab `odczyty` of a workbook."""
    rows: list[FileRow] = []
    suffix = PurePosixPath(name.replace("\0", "")).suffix[:8]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odczyty"
        path.write_bytes(content)
        with open_package(path, name=f"odczyty{suffix}") as package:
            for sheet in package.sheets():
                if sheet.name == SHEET:
                    at = {field: place for place, field in enumerate(sheet.fields)}
                    text = b"".join(sheet.blocks).decode()
                    rows += [row for line in text.splitlines() if (row := _row(line.split("\t"), at)) is not None]
            findings = package.findings
            found = package.files
    faults = [Fault(one.row, one.message) for one in findings.errors]
    if SHEET not in found and not faults:
        faults.append(Fault(None, _("Plik nie ma arkusza „odczyty”.")))
    return ReadFile(tuple(rows), tuple(faults))


def _row(cells: list[str], at: dict[str, int]) -> FileRow | None:
    """A row of COPY text; None for one with a cell that could not be read, which is a fault already."""
    plain = {field: _cell(cells[place]) for field, place in at.items()}
    serial, day, value, number = (plain[field] for field in ("serial", "read_on", "value", "row_no"))
    if serial is None or day is None or value is None or number is None:
        return None
    return FileRow(int(number), serial, date.fromisoformat(day), Decimal(value), plain["source"])


def _cell(cell: str) -> str | None:
    return None if cell == "\\N" else _ESCAPED.sub(lambda found: _PLAIN.get(found[1], found[1]), cell)


install(read)
