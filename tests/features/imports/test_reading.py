"""A package in any dialect becomes the same typed rows."""

import csv
import itertools
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest

from app.imports.reading.encodings import detect
from tests.factories import packages
from tests.factories.packages import NRB, Dialect, read, small

LEDGER = [
    {
        "row_no": "2",
        "entry": "1",
        "unit": "L1",
        "kind": "opening",
        "account": "rent",
        "date": "2026-01-01",
        "due": None,
        "period": None,
        "debit": 1230,
        "credit": 0,
        "document": None,
        "title": None,
    },
    {
        "row_no": "3",
        "entry": "2",
        "unit": "L1",
        "kind": "charge",
        "account": "rent",
        "date": "2026-11-01",
        "due": "2026-11-15",
        "period": "2026-11",
        "debit": 123456,
        "credit": 0,
        "document": "NAL/11/2026",
        "title": "Opłaty za listopad",
    },
    {
        "row_no": "4",
        "entry": "3",
        "unit": "L1",
        "kind": "payment",
        "account": "rent",
        "date": "2026-11-12",
        "due": None,
        "period": None,
        "debit": 0,
        "credit": 100000,
        "document": "WB 220",
        "title": "Wpłata własna; dziękuję",
    },
]


def money(rows):
    """Ledger rows with whole numbers, as PostgreSQL reads them (leading zeros do not count)."""
    return [row | {side: int(row[side]) for side in ("debit", "credit")} for row in rows]


def assert_small(reading):
    assert reading.package.findings.errors == []
    assert money(reading.rows["ledger"]) == LEDGER
    unit, other = reading.rows["units"]
    assert unit == {
        "row_no": "2",
        "code": "L1",
        "building": "B1",
        "staircase": "A",
        "number": "1",
        "floor": "parter",
        "area_m2": "48.50",
        "heated_area_m2": "48.50",
        "persons": "2",
        "title": "własność",
        "share": "485/10000",
        "account": NRB,
    }
    assert (other["share"], other["account"], other["persons"]) == ("0.0612", None, None)
    assert reading.column("people", "phone") == ["+48601234567", None]
    assert reading.column("people", "last_name") == ["Żółć", None]
    assert reading.column("people", "member") == ["t", "f"]
    assert reading.column("occupancies", "role") == ["owner", "tenant"]
    assert reading.column("occupancies", "to") == [None, "2027-12-31"]
    assert reading.rows["control"] == [{"row_no": "2", "sheet": "ledger", "rows": "3", "sum": "24686"}]


DIALECTS = [
    Dialect(encoding, separator, decimal, grouping, dates)
    for (encoding, separator), (decimal, grouping), dates in zip(
        itertools.product(("utf-8", "utf-8-sig", "cp1250", "iso8859_2", "cp852", "utf-16"), (";", ",", "\t")),
        itertools.cycle(((",", ""), (",", " "), (".", ""), (",", "\xa0"))),
        itertools.cycle(("%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y")),
        strict=False,
    )
]


@pytest.mark.parametrize("dialect", DIALECTS, ids=repr)
def test_a_package_reads_the_same_in_every_dialect_of_csv(tmp_path: Path, dialect: Dialect) -> None:
    assert_small(read(packages.archive(tmp_path / "p.zip", small(), dialect)))


@pytest.mark.parametrize("blank", ["\u2009", "\u202f", "\xa0"])
def test_thin_and_hard_spaces_group_the_digits_of_amounts(tmp_path: Path, blank: str) -> None:
    assert_small(read(packages.archive(tmp_path / "p.zip", small(), Dialect(grouping=blank))))


@pytest.mark.parametrize("polish", [True, False])
def test_a_workbook_reads_like_csv(tmp_path: Path, polish: bool) -> None:
    assert_small(read(packages.workbook(tmp_path / "p.xlsx", small(), polish=polish)))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_folder_of_quoted_english_files_with_any_line_ends_reads_the_same(tmp_path: Path, ends: str) -> None:
    dialect = Dialect(ends=ends, quoting=csv.QUOTE_ALL, polish=False)
    assert_small(read(packages.folder(tmp_path / "p", small(), dialect)))


def test_sheets_come_in_the_order_in_which_they_refer_to_each_other(tmp_path: Path) -> None:
    backwards = dict(reversed(small().items()))
    assert read(packages.archive(tmp_path / "p.zip", backwards)).order == [
        "buildings",
        "units",
        "people",
        "occupancies",
        "ledger",
        "control",
    ]


def test_a_single_csv_is_known_by_the_name_it_was_sent_under(tmp_path: Path) -> None:
    (tmp_path / "8f3a").write_bytes(packages.csv_bytes([["kod", "nazwisko"], ["P1", "Kot"]]))
    reading = read(tmp_path / "8f3a", name="Osoby.CSV")
    assert reading.column("people", "last_name") == ["Kot"]
    assert reading.package.files["people"].called == "Osoby"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1250", "iso8859_2", "cp852"])
def test_one_polish_word_is_enough_to_tell_the_encoding(encoding: str) -> None:
    words = "kąt KĄT Wąs Łoś łoś ŁOŚ ćma Dąb DĄB Gęś Koń KOŃ Wójt Miś Śliwa Bażant BAŻANT Źrebię Żuk"
    for word in words.split():
        content = f"kod;nazwisko\r\nP1;{word}\r\n".encode(encoding)
        assert content.decode(detect(BytesIO(content), "osoby", 1000)) == content.decode(encoding), word


def one(tmp_path: Path, sheet: str, *rows: str, **options):
    """Read a single semicolon-separated file, given line by line."""
    file = tmp_path / f"{sheet}.csv"
    file.write_bytes("".join(f"{row}\n" for row in rows).encode())
    return read(file, **options)


def test_headers_are_known_in_any_order_case_and_spelling(tmp_path: Path) -> None:
    reading = one(
        tmp_path,
        "OSOBY",
        "TELEFON;Imie; Kod ;NAZWISKO;Kod Pocztowy;e-mail",
        "601234567;Ala;P1;Kot;67200;A@B.PL",
    )
    assert reading.codes == [] and reading.warned == []
    row = reading.rows["people"][0]
    assert (
        row["code"],
        row["first_name"],
        row["last_name"],
        row["phone"],
        row["postcode"],
        row["email"],
    ) == (
        "P1",
        "Ala",
        "Kot",
        "+48601234567",
        "67-200",
        "a@b.pl",
    )
    assert reading.package.files["people"].headers["postcode"] == "Kod Pocztowy"


def test_a_managers_mapping_renames_headers(tmp_path: Path) -> None:
    reading = one(
        tmp_path,
        "osoby",
        "ID;Kontrahent;kod",
        "P1;Świt;x",
        mapping={"sheets": {"people": {"columns": {"code": {"column": "id"}, "company": {"column": "kontrahent"}}}}},
    )
    assert reading.column("people", "code") == ["P1"]
    assert reading.column("people", "company") == ["Świt"]
    assert reading.package.files["people"].ignored == ("kod",)
    with pytest.raises(ValueError, match="no-such-column"):
        one(tmp_path, "osoby", "kod", mapping={"sheets": {"people": {"columns": {"nothing": {"column": "id"}}}}})


def test_unknown_columns_files_and_sheets_are_told_and_ignored(tmp_path: Path) -> None:
    people = b"kod;nazwisko;wzrost\nP1;Kot;190\n"
    files = {
        "eksport/osoby.csv": people,
        "moje.csv": b"a",
        "info.pdf": b"a",
        "__MACOSX/._osoby.csv": b"",
    }
    reading = read(packages.zipped(tmp_path / "p.zip", files))
    assert reading.codes == []
    assert sorted(reading.warned) == ["column-unknown", "file-unknown", "sheet-unknown"]
    assert reading.package.files["people"].ignored == ("wzrost",)
    assert reading.column("people", "last_name") == ["Kot"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    reading = one(
        tmp_path,
        "osoby",
        "",
        "kod;nazwisko;firma",
        "P1;Kot;",
        "",
        '"P2";"Dwa\nwiersze";',
        " ; ;",
        "P3;Pies;",
        ";;\x1a",
    )
    assert reading.codes == []
    assert reading.column("people", "row_no") == ["3", "5", "7"]
    assert reading.column("people", "last_name") == ["Kot", "Dwa wiersze", "Pies"]
    book = packages.tabs(
        tmp_path / "p.xlsx",
        {"osoby": [[None, "kod", "nazwisko"], [None, "P1", "Kot"], [], [None, "P2", "Lis"]]},
        first_row=4,
    )
    assert read(book).column("people", "row_no") == ["6", "8"]


def test_backslashes_and_tabs_of_a_text_survive_copy(tmp_path: Path) -> None:
    reading = one(tmp_path, "osoby", "kod;nazwisko;firma", r"P\1;\N;\.", 'P2;"a\tb";c')
    assert reading.column("people", "code") == ["P\\1", "P2"]
    assert reading.column("people", "last_name") == ["\\N", "a b"]
    assert reading.column("people", "company") == ["\\.", "c"]


def test_numbers_of_a_workbook_become_codes_without_a_decimal_point(tmp_path: Path) -> None:
    units = [[12, 1, None, 7, 3, Decimal("50"), None, 2, None, Decimal("0.25"), None]]
    row = read(packages.workbook(tmp_path / "p.xlsx", {"units": units})).rows["units"][0]
    assert (row["code"], row["number"], row["floor"], row["persons"]) == ("12", "7", "3", "2")
    assert (row["area_m2"], row["share"]) == ("50.00", "0.25")


def test_a_month_that_a_spreadsheet_made_a_date_is_a_month_again(tmp_path: Path) -> None:
    rows = small()["ledger"]
    rows[1][6] = date(2026, 11, 1)
    assert read(packages.workbook(tmp_path / "p.xlsx", {"ledger": rows})).column("ledger", "period")[1] == "2026-11"


def test_progress_and_totals_follow_the_rows(tmp_path: Path) -> None:
    seen: list[tuple[str, int, float]] = []
    rows = [f"{number};L1;wpłata;2026-01-02;1,00" for number in range(2500)]
    reading = one(tmp_path, "obroty", "nr;lokal;rodzaj;data;ma", *rows, progress=lambda *step: seen.append(step))
    assert seen[-1] == ("ledger", 2500, 1.0) and len(seen) == reading.blocks == 3
    assert all(0 < step[2] <= 1 for step in seen)
    assert reading.package.rows == {"ledger": 2500}
    file = reading.package.files["ledger"]
    assert (file.rows, file.encoding, file.separator, file.file) == (2500, "UTF-8", ";", "obroty.csv")
    assert sum(int(amount) for amount in reading.column("ledger", "credit")) == 250000


def test_what_is_left_of_a_sheet_is_skipped_and_leaving_early_ends_the_child(tmp_path: Path) -> None:
    path = packages.archive(tmp_path / "p.zip", small())
    with packages.open_package(path) as package:
        assert [sheet.name for sheet in package.sheets()][-1] == "control"
        assert package.files["ledger"].rows == 3
    with packages.open_package(path) as package:
        next(package.sheets())
    assert package._pipe._child.returncode is not None
