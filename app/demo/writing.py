"""A package as files: one XLSX workbook, one ZIP of CSV files, or a folder of CSV files.

Polish files have Polish names, headers and words, dates `30.11.2026` and amounts `1 234,56`; English
ones have `2026-11-30` and `1234.56`. The same package gives the same bytes; the clock is never asked.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.demo.package import SHEET, SHEETS, Cell, Column, Kind, Package, Row, Sheet

Write = Callable[[Cell], str]
SPREADSHEET_ZERO = date(1899, 12, 30)  # a spreadsheet counts days from here


def write_xlsx(package: Package, path: Path, *, polish: bool = True) -> None:
    """One workbook, written in constant memory. Amounts are numbers, codes and accounts text."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        book.set_properties({"title": package.manager, "created": _morning(package.as_of)})
        bold = book.add_format({"bold": True})
        formats = {
            Kind.DAY: book.add_format({"num_format": "dd.mm.yyyy"}),
            Kind.MONEY: book.add_format({"num_format": "#,##0.00"}),
            Kind.HUNDREDTHS: book.add_format({"num_format": "0.00"}),
            Kind.THOUSANDTHS: book.add_format({"num_format": "0.000"}),
        }
        for sheet in _held(package):
            page = book.add_worksheet(sheet.polish if polish else sheet.name)
            page.freeze_panes(1, 0)
            for at, header in enumerate(_headers(sheet, polish)):
                page.write_string(0, at, header, bold)
            puts = [_put(page, at, column, formats, polish) for at, column in enumerate(sheet.columns)]
            for number, row in enumerate(_named(sheet, package.rows(sheet.name), polish), start=1):
                for put, cell in zip(puts, row, strict=True):
                    put(number, cell)


def write_zip(package: Package, path: Path, *, encoding: str = "cp1250", polish: bool = True) -> None:
    """One ZIP of CSV files separated by `;` (the way older accounting programs export)."""
    day = (package.as_of.year, package.as_of.month, package.as_of.day, 6, 0, 0)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in csv_files(package, encoding=encoding, polish=polish):
            entry = zipfile.ZipInfo(name, day)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=1)


def write_folder(package: Package, path: Path, *, encoding: str = "utf-8", polish: bool = False) -> None:
    """A folder of CSV files, made when it is missing."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in csv_files(package, encoding=encoding, polish=polish):
        (path / name).write_bytes(content)


def csv_files(package: Package, *, encoding: str, polish: bool) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of every sheet; lines end in CR LF, fields are separated by `;`."""
    for sheet in _held(package):
        name = f"{sheet.polish if polish else sheet.name}.csv"
        yield name, csv_sheet(sheet, package.rows(sheet.name), polish=polish).encode(encoding)


def csv_sheet(sheet: Sheet, rows: Iterable[Row], *, polish: bool) -> str:
    """One sheet as CSV text, header first."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(_headers(sheet, polish))
    writes = [_text(column, polish) for column in sheet.columns]
    writer.writerows(
        [write(cell) for write, cell in zip(writes, row, strict=True)] for row in _named(sheet, rows, polish)
    )
    return out.getvalue()


def decimal(value: int, decimals: int, *, polish: bool) -> str:
    """A scaled whole number in writing: 123456 with 2 decimals is `1 234,56`, or `1234.56` in English."""
    whole, part = divmod(abs(value), 10**decimals)
    sign = "-" if value < 0 else ""
    if polish:
        return f"{sign}{whole:,}".replace(",", " ") + f",{part:0{decimals}d}"
    return f"{sign}{whole}.{part:0{decimals}d}"


def _held(package: Package) -> list[Sheet]:
    return [sheet for sheet in SHEETS if sheet.name in package.sheets or sheet.name == "control"]


def _headers(sheet: Sheet, polish: bool) -> list[str]:
    return [column.polish if polish else column.name for column in sheet.columns]


def _named(sheet: Sheet, rows: Iterable[Row], polish: bool) -> Iterable[Row]:
    """Rows of `control` name the sheets as the files of the same package do."""
    if sheet.name != "control" or not polish:
        return rows
    return [(SHEET[str(name)].polish, *rest) for name, *rest in rows]


def _text(column: Column, polish: bool) -> Write:
    """How cells of a column are written in CSV; repeated dates and amounts are remembered."""
    if column.kind is Kind.TEXT:
        words = column.words if polish else {}
        return lambda cell: words.get(str(cell), str(cell)) if cell is not None else ""
    decimals = column.kind.decimals

    @cache
    def write(cell: Cell) -> str:
        if isinstance(cell, date):
            return f"{cell:%d.%m.%Y}" if polish else cell.isoformat()
        if isinstance(cell, int) and decimals:
            return decimal(cell, decimals, polish=polish)
        return "" if cell is None else str(cell)

    return write


def _put(
    page: Worksheet, at: int, column: Column, formats: dict[Kind, object], polish: bool
) -> Callable[[int, Cell], None]:
    """How cells of a column are put into a row of the workbook."""
    look = formats.get(column.kind)
    words = column.words if polish else {}
    # The nearest double of a whole number of grosze prints as that number: fifteen digits are exact.
    scale = 10**column.kind.decimals

    def put(row: int, cell: Cell) -> None:
        if isinstance(cell, str):
            page.write_string(row, at, words.get(cell, cell))
        elif isinstance(cell, date):
            page.write_number(row, at, (cell - SPREADSHEET_ZERO).days, look)
        elif cell is not None:
            page.write_number(row, at, cell / scale, look)

    return put


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6)  # noqa: DTZ001 - a workbook knows no zones
