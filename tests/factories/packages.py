"""Exchange packages in every dialect that the contract allows, and what a reader makes of them.

Cells are typed: str, int, Decimal (two decimals), date, None.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from app.imports.reading.stream import Package, open_package

Cell = str | int | Decimal | date | None
Table = Sequence[Sequence[Cell]]
Tables = Mapping[str, Table]

#: Headers of the contract, English and Polish, in its order.
CONTRACT = {
    "buildings": "code/kod name/nazwa street/ulica number/numer postcode/kod_pocztowy city/miejscowość",
    "units": "code/kod building/budynek staircase/klatka number/numer floor/piętro "
    "area_m2/powierzchnia heated_area_m2/powierzchnia_ogrzewana persons/liczba_osób "
    "title/tytuł_prawny share/udział account/rachunek",
    "people": "code/kod first_name/imię last_name/nazwisko company/firma email/email "
    "phone/telefon street/ulica "
    "number/numer postcode/kod_pocztowy city/miejscowość member/członek",
    "occupancies": "unit/lokal person/osoba role/rola from/od to/do",
    "ledger": "entry/nr unit/lokal kind/rodzaj account/konto date/data due/termin period/okres "
    "debit/wn credit/ma "
    "document/dokument title/tytuł",
    "components": "code/kod name/nazwa basis/jednostka kind/rodzaj",
    "charges": "unit/lokal component/składnik from/od to/do quantity/ilość price/cena amount/kwota note/uwagi",
    "meters": "serial/numer unit/lokal medium/medium location/miejsce installed/montaż "
    "verified_until/legalizacja_do removed/demontaż",
    "readings": "serial/numer date/data value/stan source/źródło",
    "settlements": "number/nr unit/lokal medium/medium from/od to/do consumption/zużycie cost/koszt "
    "advances/zaliczki balance/saldo",
    "allowances": "decision/decyzja unit/lokal person/osoba authority/organ from/od to/do monthly/miesięcznie",
    "control": "sheet/arkusz rows/wiersze sum/suma",
}
POLISH = {
    "buildings": "budynki",
    "units": "lokale",
    "people": "osoby",
    "occupancies": "dysponenci",
    "ledger": "obroty",
    "components": "składniki",
    "charges": "naliczenia",
    "meters": "liczniki",
    "readings": "odczyty",
    "settlements": "rozliczenia",
    "allowances": "dodatki",
    "control": "kontrola",
}


@dataclass(frozen=True)
class Dialect:
    """How a manager's program writes a package.

    `decimal` mark and `grouping` of thousands; `dates`: a strftime pattern; `ends`: line ends.
    """

    encoding: str = "utf-8"
    separator: str = ";"
    decimal: str = ","
    grouping: str = ""
    dates: str = "%Y-%m-%d"
    ends: str = "\r\n"
    polish: bool = True
    quoting: int = csv.QUOTE_MINIMAL

    def shown(self, cell: Cell) -> str:
        if cell is None:
            return ""
        if isinstance(cell, date):
            # strftime does not pad years before 1000, and no year needs it here.
            return cell.strftime(self.dates)
        if isinstance(cell, Decimal):
            return f"{cell:,.2f}".replace(",", self.grouping or "_").replace("_", "").replace(".", self.decimal)
        return str(cell)


def header(sheet: str, *, polish: bool = True) -> list[str]:
    return [pair.split("/")[polish] for pair in CONTRACT[sheet].split()]


def name(sheet: str, *, polish: bool = True) -> str:
    return POLISH[sheet] if polish else sheet


def csv_bytes(rows: Table, dialect: Dialect | None = None) -> bytes:
    """`rows`, the header first, as a CSV file."""
    dialect = dialect or Dialect()
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=dialect.separator, lineterminator=dialect.ends, quoting=dialect.quoting)  # type: ignore[arg-type]
    for row in rows:
        writer.writerow([dialect.shown(cell) for cell in row])
    return out.getvalue().encode(dialect.encoding)


def with_headers(tables: Tables, *, polish: bool = True) -> dict[str, Table]:
    return {name(sheet, polish=polish): [header(sheet, polish=polish), *rows] for sheet, rows in tables.items()}


def folder(path: Path, tables: Tables, dialect: Dialect | None = None) -> Path:
    """A folder of CSV files with the contract's headers."""
    dialect = dialect or Dialect()
    path.mkdir(parents=True, exist_ok=True)
    for sheet, rows in with_headers(tables, polish=dialect.polish).items():
        (path / f"{sheet}.csv").write_bytes(csv_bytes(rows, dialect))
    return path


def archive(path: Path, tables: Tables, dialect: Dialect | None = None) -> Path:
    """A ZIP of CSV files with the contract's headers."""
    dialect = dialect or Dialect()
    files = {
        f"{sheet}.csv": csv_bytes(rows, dialect) for sheet, rows in with_headers(tables, polish=dialect.polish).items()
    }
    return zipped(path, files)


def zipped(path: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file, content in files.items():
            out.writestr(file, content)
    return path


def workbook(path: Path, tables: Tables, *, polish: bool = True) -> Path:
    """An XLSX workbook with the contract's headers and typed cells."""
    return tabs(path, with_headers(tables, polish=polish))


def tabs(path: Path, tables: Tables, *, first_row: int = 0) -> Path:
    """An XLSX workbook of `tables` as they are, each beginning at `first_row`."""
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for tab, rows in tables.items():
            sheet = book.add_worksheet(tab)
            for at, row in enumerate(rows, first_row):
                for column, cell in enumerate(row):
                    if isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, day)
                    elif isinstance(cell, Decimal | int):
                        sheet.write_number(at, column, float(cell))
                    elif cell is not None:
                        sheet.write_string(at, column, cell)
    return path


def small() -> dict[str, list[list[Cell]]]:
    """A sound package of every sheet that is read, without headers."""
    return {
        "buildings": [["B1", "Kościuszki 5", "Kościuszki", "5", "67-200", "Głogów"]],
        "units": [
            [
                "L1",
                "B1",
                "A",
                "1",
                "parter",
                Decimal("48.50"),
                Decimal("48.50"),
                2,
                "własność",
                "485/10000",
                NRB,
            ],
            ["L2", "B1", "A", "2", "1", Decimal("61.20"), None, None, None, "0.0612", None],
        ],
        "people": [
            [
                "P1",
                "Łucja",
                "Żółć",
                None,
                "lucja@example.pl",
                "601 234 567",
                "Kościuszki",
                "5/1",
                "67-200",
                "Głogów",
                "tak",
            ],
            ["P2", None, None, "Świt sp. z o.o.", None, None, None, None, None, None, "nie"],
        ],
        "occupancies": [
            ["L1", "P1", "właściciel", date(2019, 4, 1), None],
            ["L2", "P2", "najemca", date(2020, 1, 1), date(2027, 12, 31)],
        ],
        "ledger": [
            [
                "1",
                "L1",
                "bilans_otwarcia",
                None,
                date(2026, 1, 1),
                None,
                None,
                Decimal("12.30"),
                None,
                None,
                None,
            ],
            [
                "2",
                "L1",
                "naliczenie",
                "opłaty",
                date(2026, 11, 1),
                date(2026, 11, 15),
                "2026-11",
                Decimal("1234.56"),
                None,
                "NAL/11/2026",
                "Opłaty za listopad",
            ],
            [
                "3",
                "L1",
                "wpłata",
                "opłaty",
                date(2026, 11, 12),
                None,
                None,
                None,
                Decimal("1000.00"),
                "WB 220",
                "Wpłata własna; dziękuję",
            ],
        ],
        "control": [["obroty", 3, Decimal("246.86")]],
    }


NRB = "89102010261234000000001234"


@dataclass
class Reading:
    """What was read: rows of each sheet as {column: text or None}, and the package when it was over."""

    package: Package
    rows: dict[str, list[dict[str, str | None]]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    blocks: int = 0

    @property
    def codes(self) -> list[str]:
        return [error.code for error in self.package.findings.errors]

    @property
    def warned(self) -> list[str]:
        return [warning.code for warning in self.package.findings.warnings]

    def column(self, sheet: str, column: str) -> list[str | None]:
        return [row[column] for row in self.rows[sheet]]


ESCAPES = {"\\t": "\t", "\\n": "\n", "\\r": "\r", "\\\\": "\\"}


def unescaped(cell: str) -> str | None:
    """A field of COPY text as PostgreSQL reads it."""
    return None if cell == "\\N" else re.sub(r"\\.", lambda found: ESCAPES[found[0]], cell)


def read(path: Path, **options: Any) -> Reading:
    """Read a package through the child to its end."""
    with open_package(path, **options) as package:
        reading = Reading(package)
        for sheet in package.sheets():
            reading.order.append(sheet.name)
            rows = reading.rows.setdefault(sheet.name, [])
            for block in sheet.blocks:
                reading.blocks += 1
                for line in block.decode().removesuffix("\n").split("\n"):
                    cells = [unescaped(cell) for cell in line.split("\t")]
                    rows.append(dict(zip(sheet.columns, cells, strict=True)))
    return reading
