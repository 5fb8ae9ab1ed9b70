"""Files written from a package: read back, they hold what the package holds, and their bytes never vary."""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from app.demo.generator import generate
from app.demo.package import SHEET, SHEETS, Package
from app.demo.profiles import SLONECZNA
from app.demo.stream import ledger_rows, unit_codes
from app.demo.writing import csv_sheet, decimal, write_folder, write_xlsx, write_zip


@cache
def package() -> Package:
    return generate(SLONECZNA, seed=5, units=20, months_back=6, as_of=date(2026, 11, 21))


def grosze(text: str) -> int:
    return int(Decimal(text.replace(" ", "").replace(",", ".") or "0") * 100)


def test_amounts_are_written_the_polish_way_and_the_english_way() -> None:
    assert decimal(123_456, 2, polish=True) == "1 234,56"
    assert decimal(-123_456_789, 2, polish=True) == "-1 234 567,89"
    assert decimal(-5, 2, polish=False) == "-0.05"
    assert decimal(52_400, 3, polish=True) == "52,400"


def test_a_zip_holds_polish_sheets_in_cp1250_with_all_their_rows(tmp_path: Path) -> None:
    write_zip(package(), tmp_path / "paczka.zip")
    with zipfile.ZipFile(tmp_path / "paczka.zip") as archive:
        assert archive.namelist() == [f"{sheet.polish}.csv" for sheet in SHEETS]
        content = {name: archive.read(name).decode("cp1250") for name in archive.namelist()}
    ledger = list(csv.DictReader(io.StringIO(content["obroty.csv"]), delimiter=";"))
    assert len(ledger) == len(package().rows("ledger"))
    assert {"naliczenie", "wpłata"} <= {row["rodzaj"] for row in ledger}
    total = sum(grosze(row["wn"]) - grosze(row["ma"]) for row in ledger)
    control = list(csv.DictReader(io.StringIO(content["kontrola.csv"]), delimiter=";"))
    assert {row["arkusz"] for row in control} == {sheet.polish for sheet in SHEETS} - {"kontrola"}
    assert total == next(grosze(row["suma"]) for row in control if row["arkusz"] == "obroty")


def test_a_folder_holds_english_sheets_in_utf8(tmp_path: Path) -> None:
    write_folder(package(), tmp_path / "package")
    text = (tmp_path / "package" / "units.csv").read_text("utf-8")
    units = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert units[0]["area_m2"] == "52.40"
    assert len(units[0]["account"]) == 26


def test_a_workbook_holds_accounts_as_text_and_amounts_to_the_grosz(tmp_path: Path) -> None:
    write_xlsx(package(), tmp_path / "paczka.xlsx")
    book = CalamineWorkbook.from_path(str(tmp_path / "paczka.xlsx"))
    assert book.sheet_names == [sheet.polish for sheet in SHEETS]
    units = book.get_sheet_by_name("lokale").to_python()
    assert units[1][10] == package().rows("units")[0][10]
    header, *ledger = book.get_sheet_by_name("obroty").to_python()
    assert header == [column.polish for column in SHEET["ledger"].columns]
    assert ledger[0][4] == package().rows("ledger")[0][4]
    read = [round(row[7] * 100) if isinstance(row[7], float) else None for row in ledger]
    assert read == [row[7] for row in package().rows("ledger")]


@pytest.mark.parametrize("name", ["one.zip", "one.xlsx"])
def test_the_same_package_gives_the_same_bytes(tmp_path: Path, name: str) -> None:
    write = write_zip if name.endswith("zip") else write_xlsx
    write(package(), tmp_path / name)
    write(
        generate(SLONECZNA, seed=5, units=20, months_back=6, as_of=date(2026, 11, 21)),
        tmp_path / f"two-{name}",
    )
    assert (tmp_path / name).read_bytes() == (tmp_path / f"two-{name}").read_bytes()


@pytest.mark.parametrize("encoding", ["cp1250", "iso-8859-2", "cp852", "utf-8-sig"])
def test_polish_letters_survive_every_encoding_that_can_write_them(tmp_path: Path, encoding: str) -> None:
    whole = package().only("people")
    # Polish quotation marks are what CP852 and ISO-8859-2 cannot write.
    people = [row for row in whole.rows("people") if row[3] is None]
    write_zip(whole.replacing(people=people), tmp_path / "x.zip", encoding=encoding)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        assert "Źrebiec" in archive.read("osoby.csv").decode(encoding)


def test_a_stream_of_ledger_rows_is_as_long_as_asked_and_always_the_same() -> None:
    rows = list(ledger_rows(10_000, seed=1, units=unit_codes(300)))
    assert len(rows) == 10_000
    assert len({row[0] for row in rows}) == 10_000
    assert rows == list(ledger_rows(10_000, seed=1, units=unit_codes(300)))
    assert all((row[7] is None) != (row[8] is None) for row in rows)
    assert csv_sheet(SHEET["ledger"], islice(rows, 1), polish=False).startswith("entry;unit;kind")


def test_a_stream_without_units_is_refused() -> None:
    with pytest.raises(ValueError, match="no units"):
        list(ledger_rows(1, seed=1, units=[]))
