"""The same books as XLSX, XLS, ODS, an archive, a folder or one file."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.factories.old_workbooks import ERROR, ods, xls
from tests.features.imports.mapped import lines, workbook
from tests.features.imports.test_reading import read

PEOPLE = [["kod", "nazwisko", "telefon"], ["P1", "Żółć", "601 234 567"], ["P2", "Wąs", ""]]
LEDGER: list[list[Any]] = [
    ["nr", "lokal", "rodzaj", "data", "wn", "ma", "tytuł"],
    ["1", "L1", "naliczenie", date(2026, 11, 1), 1234.56, "", "Opłaty"],
    [2, "L1", "wpłata", date(2026, 11, 5), "", 0.1, "Wpłata"],
]
BOOKS: dict[str, list[list[Any]]] = {"osoby": PEOPLE, "obroty": LEDGER}


def written(row: list[Any]) -> tuple[str, ...]:
    return tuple(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row)


def laid(folder: Path, form: str) -> Path:
    """The books in one of their forms."""
    path = folder / f"ksiegi.{form}"
    if form == "folder":
        path.mkdir()
        for name, rows in BOOKS.items():
            (path / f"{name}.csv").write_bytes(lines([written(row) for row in rows]))
        return path
    make: Callable[[Any], bytes] = {"xlsx": workbook, "xls": xls, "ods": ods}[form]
    path.write_bytes(make(BOOKS))
    return path


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods", "folder"])
def test_every_form_gives_the_same_rows(tmp_path: Path, form: str) -> None:
    reading = read(laid(tmp_path, form))
    assert reading.codes == []
    assert reading.column("people", "last_name") == ["Żółć", "Wąs"]
    assert reading.column("people", "phone") == ["+48601234567", None]
    assert reading.column("ledger", "entry") == ["1", "2"]
    assert reading.column("ledger", "date") == ["2026-11-01", "2026-11-05"]
    assert [int(cell) for cell in reading.column("ledger", "debit")] == [123456, 0]
    assert [int(cell) for cell in reading.column("ledger", "credit")] == [0, 10]


@pytest.mark.parametrize("make", [xls, ods])
def test_a_cell_with_an_error_is_never_taken_for_an_empty_one(tmp_path: Path, make: Callable[[Any], bytes]) -> None:
    path = tmp_path / "ksiegi"
    rows: list[list[Any]] = [PEOPLE[0], PEOPLE[1], [], ["P2", "Wąs", ERROR]]
    path.write_bytes(make({"lokale": [["x"]], "osoby": rows}))
    faults = [each for each in read(path, name="ksiegi.xls").package.findings.errors if each.sheet == "osoby"]
    row = 4 if make is xls else 5
    assert [(each.code, each.row, each.column) for each in faults] == [("cell-error", row, "telefon")]


@pytest.mark.parametrize("make", [xls, ods])
def test_a_damaged_workbook_ends_as_an_error_and_in_time(tmp_path: Path, make: Callable[[Any], bytes]) -> None:
    whole, dice = make(BOOKS), random.Random(5)
    begun = time.monotonic()
    for number in range(12):
        broken = bytearray(whole[: dice.randrange(len(whole) // 2, len(whole) + 1)])
        for _ in range(30):
            broken[dice.randrange(8, len(broken))] = dice.randrange(256)
        path = tmp_path / f"{number}.xls"
        path.write_bytes(bytes(broken))
        read(path)
    assert time.monotonic() - begun < 60
