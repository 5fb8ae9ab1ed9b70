"""Workbooks (XLSX, XLS, ODS): rows of their tabs, with the numbers that a spreadsheet shows."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from app.imports.reading import archives
from app.imports.reading.columns import CellFault
from app.imports.reading.findings import Refused
from app.imports.reading.limits import Limits
from app.imports.reading.mapping import SheetMap
from app.imports.reading.sheets import Sheet
from app.imports.reading.spoiled import Spoiled, ods_errors, xls_errors

CHUNK = 1024 * 1024
OVERLAP = 4096
MAX_FAULTS = 1000
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ERROR_CELL = re.compile(rb'<c (?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]{1,7})"')
#: A formula that gives an empty text is no fault.
BARE_FORMULA = re.compile(
    rb'<c (?![^>]*\bt="str")[^>]*\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>'
    rb"<f(?:/>|[^>]*/>|[^>]*>[^<]*</f>)(?:</c>|<v></v></c>|<v/></c>)"
)
BARE_MARKS = (b"</f></c>", b"<v></v></c>", b"<v/></c>", b"/></c>")

#: Row number → column counted from 0 → code of what is wrong with the cell.
Faults = dict[int, dict[int, str]]


class Workbook:
    """A workbook at `path`. Raises Refused if it cannot be opened."""

    def __init__(self, path: Path, limits: Limits) -> None:
        # Loaded here, not above: a package of CSV files never needs it.
        import python_calamine

        self._path = path
        self._limits = limits
        try:
            self._book = python_calamine.CalamineWorkbook.from_path(str(path))
            tabs = self._book.sheets_metadata
        except python_calamine.PasswordError as error:
            raise Refused("encrypted") from error
        except (MemoryError, KeyboardInterrupt):
            raise
        # A panic of the Rust side is not even an Exception.
        except BaseException as error:
            raise Refused("workbook-damaged") from error
        if len(tabs) > limits.tabs:
            raise Refused("too-many-tabs", count=len(tabs), limit=limits.tabs)
        kinds, views = python_calamine.SheetTypeEnum, python_calamine.SheetVisibleEnum
        sheets = [tab for tab in tabs if tab.typ == kinds.WorkSheet]
        self._names = [tab.name for tab in tabs]
        self._spoiled: dict[str, Spoiled] | None = None
        self.tabs = [tab.name for tab in sheets if tab.visible == views.Visible]
        self._heights: dict[str, int] = {}
        self.hidden = [tab.name for tab in sheets if tab.visible != views.Visible]

    def rows(self, tab: str) -> Iterator[list[Any]]:
        """Every row of `tab` from the first of the sheet, blank ones included. Raises Refused."""
        try:
            sheet = self._book.get_sheet_by_name(tab)
        except (MemoryError, KeyboardInterrupt):
            raise
        except BaseException as error:
            raise Refused("workbook-damaged", sheet=tab) from error
        if sheet.start is None:
            return
        if sheet.width > self._limits.columns:
            raise Refused("too-many-columns", sheet=tab, row=1, count=sheet.width, limit=self._limits.columns)
        self._heights[tab] = sheet.total_height
        left = sheet.start[1]
        faults = self._faults(tab)
        if not faults:
            yield from sheet.iter_rows()
            return
        for number, row in enumerate(sheet.iter_rows(), 1):
            for column, code in faults.get(number, {}).items():
                if 0 <= column - left < len(row) and row[column - left] == "":
                    row[column - left] = CellFault(code)
            yield row

    def sizes(self) -> dict[str, int]:
        """How much there is to read of each tab, comparable among them: bytes of its part, rows, or else one each."""
        if zipfile.is_zipfile(self._path):
            with zipfile.ZipFile(self._path) as archive:
                if "content.xml" not in archive.namelist():
                    parts = {tab: _part(archive, tab) for tab in self.tabs}
                    sizes = {tab: part.file_size for tab, part in parts.items() if part is not None}
                    return sizes if len(sizes) == len(parts) else dict.fromkeys(parts, 1)
        # Of these kinds every tab has been read already.
        return {tab: self._height(tab) for tab in self.tabs}

    def _height(self, tab: str) -> int:
        try:
            return max(1, int(self._book.get_sheet_by_name(tab).total_height))
        except (MemoryError, KeyboardInterrupt):
            raise
        # Whoever reads the tab says what is wrong with it.
        except BaseException:
            return 1

    def share(self, tab: str, rows: int) -> float:
        """What part of a tab these rows are."""
        return rows / max(self._heights.get(tab, 0), rows, 1)

    def _faults(self, tab: str) -> Faults:
        """Cells of a tab with an error, in an XLSX also formulas never computed: they read as empty otherwise."""
        if not zipfile.is_zipfile(self._path):
            if self._spoiled is None:
                self._spoiled = dict(zip(self._names, xls_errors(self._path), strict=False))
            return _faults_of(self._spoiled.get(tab, {}))
        with zipfile.ZipFile(self._path) as archive:
            if "content.xml" in archive.namelist():
                if self._spoiled is None:
                    self._spoiled = ods_errors(archive)
                return _faults_of(self._spoiled.get(tab, {}))
            entry = _part(archive, tab)
            return _faults_in(archive, entry) if entry else {}


class Tab:
    """One tab of a workbook that holds `sheet`."""

    typed = True
    encoding: str | None = None
    separator: str | None = None

    def __init__(self, sheet: Sheet, called: str, file: str, book: Workbook, size: int) -> None:
        self.sheet = sheet
        self.called = called
        self.file = file
        self.size = size
        self._book = book

    def records(self, limits: Limits, said: SheetMap | None) -> Iterator[list[Any]]:
        """Every row of the tab from its first, blank ones included. Raises Refused."""
        return self._book.rows(self.called)

    def share(self, rows: int) -> float:
        """What part of it these rows are."""
        return self._book.share(self.called, rows)


def _faults_of(spoiled: Spoiled) -> Faults:
    return {row: dict.fromkeys(columns, "cell-error") for row, columns in spoiled.items()}


def _part(archive: zipfile.ZipFile, tab: str) -> zipfile.ZipInfo | None:
    """The part of the XLSX `archive` that holds `tab`; None where it cannot be told."""
    try:
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
        links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        ids = {node.get("name"): node.get(RELATION) for node in book.iter() if node.tag.endswith("}sheet")}
        targets = {node.get("Id"): node.get("Target") or "" for node in links}
        target = targets[ids[tab]]
        return archive.getinfo(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
    except (KeyError, ElementTree.ParseError):
        return None


def _faults_in(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Faults:
    faults: Faults = {}
    with archives.member(archive, entry) as part:
        carried = b""
        while chunk := part.read(CHUNK):
            window = carried + chunk
            if b't="e"' in window:
                _note(faults, ERROR_CELL, window, "cell-error")
            if b"<f" in window and any(mark in window for mark in BARE_MARKS):
                _note(faults, BARE_FORMULA, window, "formula-without-value")
            if len(faults) > MAX_FAULTS:
                break
            carried = window[-OVERLAP:]
    return faults


def _note(faults: Faults, pattern: re.Pattern[bytes], window: bytes, code: str) -> None:
    for found in pattern.finditer(window):
        column = 0
        for letter in found[1]:
            column = column * 26 + letter - 64
        faults.setdefault(int(found[2]), {})[column - 1] = code
