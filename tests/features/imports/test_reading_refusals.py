"""Files that are not what they say, and rows that would make the books wrong: a sentence for each."""

import io
import stat
import struct
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from app.imports.reading.limits import MIB, Limits
from app.imports.reading.stream import ROOT
from tests.factories import packages
from tests.factories.packages import NRB, Reading, read, small

PEOPLE = b"kod;nazwisko\nP1;Kot\n"
LEDGER = "nr;lokal;rodzaj;data;termin;okres;wn;ma"


def only(reading: Reading, code: str):
    """The one error of a package, which must be of `code` and told in a proper sentence."""
    assert reading.codes == [code], reading.package.findings.errors
    error = reading.package.findings.errors[0]
    assert error.message.endswith((".", ").")) and (error.message[0].isupper() or error.message[0] == "„")
    return error


def file(tmp_path: Path, name: str, content: bytes) -> Path:
    (tmp_path / name).write_bytes(content)
    return tmp_path / name


def ledger(tmp_path: Path, *rows: str, header: str = LEDGER) -> Reading:
    return read(file(tmp_path, "obroty.csv", "\n".join((header, *rows)).encode()))


ROWS = [
    (";L1;wpłata;2026-01-02;;;;1", "nr", "required"),
    ("1;;wpłata;2026-01-02;;;;1", "lokal", "required"),
    ("1;L1;prezent;2026-01-02;;;;1", "rodzaj", "choice"),
    ("1;L1;wpłata;31.02.2026;;;;1", "data", "date-impossible"),
    ("1;L1;wpłata;2026/01/02;;;;1", "data", "date"),
    ("1;L1;wpłata;02.01.26;;;;1", "data", "date"),
    ("1;L1;wpłata;46356;;;;1", "data", "date-as-number"),
    ("1;L1;wpłata;0001-01-01;;;;1", "data", "date-range"),
    ("1;L1;wpłata;9999-12-31;;;;1", "data", "date-range"),
    ("1;L1;wpłata;2026-01-02;jutro;;;1", "termin", "date"),
    ("1;L1;wpłata;2026-01-02;;2026-13;;1", "okres", "period"),
    ("1;L1;wpłata;2026-01-02;;;;", "wn", "no-amount"),
    ("1;L1;wpłata;2026-01-02;;;1;1", "ma", "both-sides"),
    ("1;L1;wpłata;2026-01-02;;;;-1", "ma", "amount-negative"),
    ("1;L1;wpłata;2026-01-02;;;;\u22121,00", "ma", "amount-negative"),
    ("1;L1;wpłata;2026-01-02;;;;0,001", "ma", "amount-decimals"),
    ("1;L1;wpłata;2026-01-02;;;;1e9", "ma", "amount"),
    ("1;L1;wpłata;2026-01-02;;;;1_000", "ma", "amount"),
    ("1;L1;wpłata;2026-01-02;;;;١٢", "ma", "amount"),
    ("1;L1;wpłata;2026-01-02;;;;NaN", "ma", "amount"),
    ("1;L1;wpłata;2026-01-02;;;;1,234.56", "ma", "amount"),
    ("1;L1;wpłata;2026-01-02;;;;1 23,00", "ma", "amount"),
    ("1;L1;wpłata;2026-01-02;;;;10000000000,01", "ma", "amount-too-large"),
    ("1;L1;wpłata;2026-01-02;;;;#ADR!", "ma", "cell-error"),
    ("1,5E+10;L1;wpłata;2026-01-02;;;;1", "nr", "digits-lost"),
    ("1\x00;L1;wpłata;2026-01-02;;;;1", "nr", "control-characters"),
    (f"{'9' * 65};L1;wpłata;2026-01-02;;;;1", "nr", "too-long"),
    ("1;L1;wpłata;2026-01-02;;;;1;;12", None, "too-many-cells"),
    (LEDGER, None, "header-repeated"),
]


@pytest.mark.parametrize(("row", "column", "code"), ROWS, ids=[f"{code}-{row[-12:]}" for row, _, code in ROWS])
def test_a_wrong_row_is_named_with_its_place_and_a_remedy(tmp_path: Path, row: str, column: str, code: str) -> None:
    error = only(ledger(tmp_path, "0;L1;wpłata;2026-01-02;;;;1,00", row, "2;L1;wpłata;2026-01-02;;;;1,00"), code)
    assert (error.sheet, error.row, error.column) == ("obroty", 3, column)
    assert error.message.startswith("Arkusz „obroty”, wiersz 3")
    assert len(error.value or "") <= 80


@pytest.mark.parametrize("sides", ["10000000000,00;", ";1 234,5", "0;5", "5;0,00", "0,00;", "0;0", "+3;", "\u22120;2"])
def test_one_side_of_an_entry_is_enough_and_the_other_may_be_zero(tmp_path: Path, sides: str) -> None:
    assert ledger(tmp_path, f"1;L1;wpłata;2026-01-02;;;{sides}").codes == []


def test_rows_in_error_still_come_with_nulls_so_that_references_hold(tmp_path: Path) -> None:
    reading = ledger(tmp_path, "1;L1;wpłata;kiedyś;;;;1,00", "2;L1;wpłata;2026-01-02;;;;x")
    assert reading.column("ledger", "entry") == ["1", "2"]
    assert reading.column("ledger", "date") == [None, "2026-01-02"]
    assert [error.row for error in reading.package.findings.errors] == [2, 3]


def test_errors_are_kept_up_to_a_thousand_and_counted_beyond(tmp_path: Path) -> None:
    findings = ledger(tmp_path, *(f"{number};L1;wpłata;?;;;;1" for number in range(3500))).package.findings
    assert (len(findings.errors), findings.error_count) == (1000, 3500)
    assert len(ledger(tmp_path, f"1;L1;{'x' * 500};2026-01-02;;;;1").package.findings.errors[0].value) == 80


def test_contact_data_that_cannot_be_read_is_left_empty_with_a_warning(tmp_path: Path) -> None:
    rows = (
        "kod;nazwisko;email;telefon\nP1;Kot;kot at dom;12\n"
        "P2;Lis;lis@x.pl, l@y.pl;601234567\nP3;Ryś;RYŚ@x.pl;602 345 678 / 12\n"
    )
    reading = read(file(tmp_path, "osoby.csv", rows.encode()))
    assert reading.codes == []
    assert reading.column("people", "email") == [None, "lis@x.pl", None]
    assert reading.column("people", "phone") == [None, "+48601234567", "+48602345678"]
    assert reading.warned == ["email", "phone", "emails-several", "email", "phones-several"]


def test_a_person_needs_a_last_name_or_a_company(tmp_path: Path) -> None:
    error = only(read(file(tmp_path, "osoby.csv", b"kod;imi\xc4\x99;nazwisko;firma\nP1;Ala; ;\n")), "person-nameless")
    assert (error.row, error.column) == (2, "nazwisko")


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (NRB[:-1] + "5", "account-check-digits"),
        (NRB[:-1], "account-length"),
        ("8,91020102612340E+25", "account-as-number"),
        ("PL" + NRB, None),
        ("89 1020 1026 1234 0000 0000 1234", None),
    ],
)
def test_account_numbers_are_proved_by_their_check_digits(tmp_path: Path, account: str, code: str | None) -> None:
    units = small()["units"][:1]
    units[0][10] = account
    reading = read(packages.archive(tmp_path / "p.zip", {"units": units}))
    assert reading.codes == ([code] if code else [])
    assert reading.column("units", "account") == [None if code else NRB]


def test_cells_that_a_spreadsheet_spoiled_are_named(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Lokale")
        sheet.write_row(0, 0, packages.header("units"))
        for row in range(1, 7):
            sheet.write_row(row, 0, [f"L{row}", "B1", "A", str(row), "", 50.5])
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_number(1, 10, float(NRB))
        sheet.write_formula(2, 5, "=A1/0", None, "#DIV/0!")
        sheet.write_formula(3, 6, "=SUM(A1)", None, "")
        sheet.write_datetime(4, 3, date(2026, 1, 2), day)
        sheet.write_boolean(5, 8, True)
        sheet.write_datetime(6, 9, date(2026, 1, 2), day)
    errors = read(path).package.findings.errors
    assert [(error.row, error.column, error.code) for error in errors] == [
        (2, "rachunek", "account-as-number"),
        (3, "powierzchnia", "cell-error"),
        (4, "powierzchnia_ogrzewana", "formula-without-value"),
        (5, "numer", "cell-became-date"),
        (6, "tytuł_prawny", "cell-boolean"),
        (7, "udział", "cell-became-date"),
    ]
    assert "Ustaw format kolumny na Tekst" in errors[0].message


def test_a_missing_or_doubled_header_names_sheet_and_column(tmp_path: Path) -> None:
    error = only(read(file(tmp_path, "Obroty.csv", b"nr;lokal;rodzaj;ma\n1;L1;x;2\n")), "column-missing")
    assert (error.sheet, error.row, error.column) == ("Obroty", 1, "data")
    error = only(read(file(tmp_path, "ledger.csv", b"entry;unit;kind;date\n1;L1;x;2\n")), "column-missing-any")
    assert error.column == "debit"
    error = only(read(file(tmp_path, "osoby.csv", b"kod;nazwisko;code\nP1;Kot;P2\n")), "column-twice")
    assert error.column == "code"
    assert only(read(file(tmp_path, "osoby.csv", b"P1;Kot\nP2;Lis\n")), "header-missing").sheet == "osoby"


def test_one_bad_sheet_does_not_hide_the_faults_of_another(tmp_path: Path) -> None:
    files = {
        "osoby.csv": b"kod\nP1\n",
        "budynki.csv": b"kod;ulica;numer;kod_pocztowy;miasto\nB1;;5;67-200;X\n",
    }
    assert read(packages.zipped(tmp_path / "p.zip", files)).codes == ["required", "column-missing-any"]


PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
TEXTS = [
    ("obroty.csv", b"", "empty-file"),
    ("obroty.csv", PNG, "foreign"),
    ("obroty.xlsx", b"%PDF-1.7 ...", "foreign"),
    ("obroty.xls", b"<html><table><tr><td>nr</td></tr></table>", "markup"),
    ("obroty.csv", b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "markup"),
    ("obroty.csv", b"\n \n;;\n", "empty-sheet"),
    ("obroty.csv", b"n\0r\0;\0l\0", "not-text"),
    ("obroty.xlsx", b"PK\x03\x04" + bytes(200), "archive-damaged"),
    ("obroty.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000), "workbook-damaged"),
    (
        "haslo.xlsx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999) + "EncryptedPackage".encode("utf-16-le"),
        "encrypted",
    ),
    ("list.csv", b"a;b\n", "no-sheets"),
    ("osoby.csv", PEOPLE + "P2;Żółć\n".encode() + "P3;Łoś\n".encode("cp1250"), "encoding-mixed"),
    ("osoby.csv", PEOPLE + b'P2;"Kot\nP3;Lis\n' + b"P4;Pies\n" * 9, "quote"),
    ("osoby.csv", PEOPLE + b'P2;"SM "Dom""\n', "quote"),
    ("osoby.csv", PEOPLE + b"P2;" + b"x" * 200_000 + b"\n", "field-too-long"),
    ("osoby.csv", PEOPLE + b"P2;x" * (2 * MIB), "line-too-long"),
    ("osoby.csv", b"kod;nazwisko" + b";x" * 100_000 + b"\n", "too-many-columns"),
]


@pytest.mark.parametrize(("name", "content", "code"), TEXTS, ids=[f"{code}-{name}" for name, _, code in TEXTS])
def test_a_file_that_is_not_what_it_says_is_refused(tmp_path: Path, name: str, content: bytes, code: str) -> None:
    only(read(file(tmp_path, name, content)), code)


def test_only_a_header_is_a_warning(tmp_path: Path) -> None:
    reading = read(file(tmp_path, "osoby.csv", b"kod;nazwisko\r\n"))
    assert (reading.codes, reading.warned, reading.rows["people"]) == ([], ["no-rows"], [])


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"../osoby.csv": PEOPLE}, "unsafe-name"),
        ({"/etc/osoby.csv": PEOPLE}, "unsafe-name"),
        ({"a\\..\\osoby.csv": PEOPLE}, "unsafe-name"),
        ({"osoby.csv": PEOPLE, "wiecej.zip": b"PK"}, "nested"),
        ({"osoby.csv": b"PK\x03\x04aaaa"}, "nested"),
        ({"osoby.csv": PEOPLE, "people.csv": PEOPLE}, "sheet-twice"),
        ({"osoby.csv": b""}, "empty-sheet"),
        ({"osoby.csv": PNG}, "foreign"),
        ({"czytaj.txt": b"dzien dobry"}, "no-sheets"),
        ({"[Content_Types].xml": b"<a/>", "word/document.xml": b"<a/>"}, "foreign"),
        (
            {"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"},
            "doctype",
        ),
        ({"[Content_Types].xml": b"<a/>", "xl/workbook.xml": b"<a/>"}, "workbook-damaged"),
        ({f"{number}.csv": b"x" for number in range(1001)}, "too-many-files"),
        ({"osoby.csv": bytes(257 * MIB)}, "too-large"),
        ({"osoby.csv": bytes(70 * MIB)}, "bomb"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_archive_is_refused(tmp_path: Path, files: dict[str, bytes], code: str) -> None:
    only(read(packages.zipped(tmp_path / "p.zip", files)), code)


def test_links_and_passwords_in_an_archive_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("osoby.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "link.zip", "w") as out:
        out.writestr(link, "/etc/passwd")
    only(read(tmp_path / "link.zip"), "link")
    content = bytearray(packages.zipped(tmp_path / "p.zip", {"osoby.csv": PEOPLE}).read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + at] |= 1
    only(read(file(tmp_path, "haslo.zip", bytes(content))), "encrypted")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "osoby.csv").symlink_to("/etc/passwd")
    only(read(folder), "link")


def test_an_archive_that_lies_about_its_sizes_is_refused(tmp_path: Path) -> None:
    content = bytearray(packages.zipped(tmp_path / "p.zip", {"osoby.csv": PEOPLE * 5000}).read_bytes())
    at = content.find(b"PK\x01\x02") + 24
    content[at : at + 4] = struct.pack("<I", 100)
    only(read(file(tmp_path, "lie.zip", bytes(content))), "archive-damaged")


def test_a_file_larger_than_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "obroty.csv").open("wb") as out:
        out.truncate(300 * MIB)
    error = only(read(tmp_path / "obroty.csv"), "too-large")
    assert "300 MB" in error.message and "256 MB" in error.message


def test_a_sheet_of_one_far_away_cell_does_not_take_the_machine_down(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("osoby")
        sheet.write(0, 0, "kod")
        sheet.write(1_048_575, 16_383, "x")
    error = only(read(path), "too-hungry")
    assert "za dużo pamięci" in error.message


def test_reading_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    only(read(file(tmp_path, "osoby.csv", PEOPLE), limits=Limits(wall=0)), "too-slow")


def test_hidden_tabs_are_left_out_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "p.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("osoby").write_column(0, 0, ["kod", "P1"])
        hidden = book.add_worksheet("obroty")
        hidden.write(0, 0, "nr")
        hidden.hide()
    reading = read(path)
    assert reading.codes == ["column-missing-any"]
    assert reading.warned == ["sheet-hidden"]


def test_a_word_document_of_polish_names_packed_on_an_old_computer_is_understood(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("skladniki.csv", "kod;nazwa;jednostka\nWODA;Woda;m3\n")
        archive.writestr("osoby.csv", PEOPLE)
    content = out.getvalue().replace(b"skladniki.csv", "składniki.csv".encode("cp852"))
    reading = read(file(tmp_path, "p.zip", content))
    assert (reading.codes, reading.warned) == ([], [])
    assert reading.column("components", "code") == ["WODA"]


def test_a_title_to_a_unit_cannot_end_before_it_begins(tmp_path: Path) -> None:
    content = "lokal;osoba;rola;od;do\nL1;P1;najemca;2026-02-01;2026-01-31\nL1;P1;najemca;2026-02-01;2026-02-01\n"
    error = only(read(file(tmp_path, "dysponenci.csv", content.encode())), "ends-before-start")
    assert (error.row, error.column) == (2, "do")


def test_a_required_text_of_nothing_but_control_characters_is_missing(tmp_path: Path) -> None:
    content = b"kod;ulica;numer;kod_pocztowy;miasto\nB1;\x01\x02;5;67-200;X\n"
    reading = read(file(tmp_path, "budynki.csv", content))
    assert (reading.codes, reading.warned) == (["required"], ["control-characters-dropped"])


def test_control_characters_are_dropped_from_texts_with_a_warning(tmp_path: Path) -> None:
    reading = read(file(tmp_path, "osoby.csv", b"kod;nazwisko\nP1;Ko\x07t\x00\n"))
    assert (reading.codes, reading.warned) == ([], ["control-characters-dropped"])
    assert reading.column("people", "last_name") == ["Kot"]


def test_a_false_dimension_of_a_sheet_does_no_harm(tmp_path: Path) -> None:
    book = packages.tabs(tmp_path / "p.xlsx", {"osoby": [["kod", "nazwisko"], ["P1", "Kot"]]})
    with zipfile.ZipFile(book) as archive:
        files = {entry: archive.read(entry) for entry in archive.namelist()}
    sheet = files["xl/worksheets/sheet1.xml"]
    assert b'ref="A1:B2"' in sheet
    files["xl/worksheets/sheet1.xml"] = sheet.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert read(packages.zipped(tmp_path / "q.xlsx", files)).column("people", "last_name") == ["Kot"]


def test_the_reading_child_loads_neither_web_nor_database_nor_languages() -> None:
    asked = "import sys, app.imports.reading.child; print(sorted(set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    for module in ("flask", "sqlalchemy", "psycopg", "babel", "app.core.language", "app.core.runtime"):
        assert f"'{module}'" not in ran.stdout


def test_the_reading_child_can_reach_no_network_and_start_no_program() -> None:
    asked = (
        "import os, socket, subprocess, sys\n"
        "from app.imports.reading.child import confine\n"
        "confine(1024 * 1024 * 1024, 60)\n"
        "connect = lambda: socket.create_connection(('127.0.0.1', 9))\n"
        "for attempt in (connect, lambda: subprocess.run(['true']), lambda: os.system('true')):\n"
        "    try:\n"
        "        attempt()\n"
        "    except PermissionError as error:\n"
        "        print('refused')\n"
    )
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, cwd=ROOT)
    assert ran.stdout.split() == ["refused"] * 3


def test_an_area_is_rounded_to_hundredths_with_a_warning(tmp_path: Path) -> None:
    units = small()["units"][:1]
    units[0][5] = "48,333"
    reading = read(packages.archive(tmp_path / "p.zip", {"units": units}))
    assert (reading.codes, reading.warned) == ([], ["area-rounded"])
    assert reading.column("units", "area_m2") == [str(Decimal("48.33"))]
