"""A manager's own files read by a mapping: other names, split and joined cells, sides of an amount."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.imports.reading.makers import split_sign
from app.imports.reading.mapping import BadMapping, plan
from app.imports.reading.parts import PARTS
from tests.features.imports.mapped import HEADER, LEDGER, ROWS, ledger_csv, lines, workbook
from tests.features.imports.test_reading import read

PROFILE = {"sheets": {"ledger": LEDGER}}
PEOPLE_HEADER = ("Id", "Nazwisko i imię", "Adres", "Telefon")


def mapped(tmp_path: Path, rows: Any, said: dict[str, Any], name: str = "obroty.csv") -> Any:
    path = tmp_path / name
    path.write_bytes(rows if isinstance(rows, bytes) else lines(rows))
    return read(path, mapping={"sheets": {"ledger": said}})


def sides(reading: Any) -> list[tuple[int, int]]:
    """Debit and credit of every entry, in grosze."""
    both = zip(reading.column("ledger", "debit"), reading.column("ledger", "credit"), strict=True)
    return [(int(debit), int(credit)) for debit, credit in both]


def amounts(*cells: str, extra: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """A ledger whose only question is the amounts."""
    header = ("nr", "lokal", "rodzaj", "data", "Kwota", "Strona")
    rows = [(str(number), "L1", "korekta", "2026-11-01", cell, side) for number, (cell, side) in
            enumerate(zip(cells, extra or ("",) * len(cells), strict=True), 1)]  # fmt: skip
    return [header, *rows]


def test_a_file_of_another_program_becomes_the_ledger(tmp_path: Path) -> None:
    path = tmp_path / "program.csv"
    path.write_bytes(ledger_csv())
    reading = read(path, mapping=PROFILE)
    assert reading.codes == []
    assert reading.column("ledger", "entry") == ["1", "2", "3", "4"]
    assert reading.column("ledger", "kind") == ["opening", "charge", "payment", "charge"]
    assert sides(reading) == [(10050, 0), (123456, 0), (0, 110000), (1200, 0)]
    assert reading.column("ledger", "title") == [
        "Bilans, otwarcia", "Czynsz, listopad", "Wpłata", "Czynsz, listopad",
    ]  # fmt: skip
    assert set(reading.column("ledger", "account")) == {"rent"}


def test_the_same_file_without_the_mapping_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "program.csv"
    path.write_bytes(ledger_csv())
    assert "no-sheets" in read(path).codes


def test_a_workbook_with_dates_and_numbers_maps_like_text(tmp_path: Path) -> None:
    import datetime

    def typed(row: tuple[str, ...]) -> list[Any]:
        amount = float(row[4].replace(" ", "").replace(",", "."))
        return [int(row[0]), *row[1:3], datetime.date.fromisoformat(row[3]), amount, *row[5:]]

    rows = [list(HEADER), *map(typed, ROWS)]
    path = tmp_path / "listopad.xlsx"
    path.write_bytes(workbook({"Kartoteka 11.2026": rows, "Podsumowanie": [["razem"]]}))
    reading = read(path, mapping={"sheets": {"ledger": {**LEDGER, "tabs": ["Kartoteka*"]}}})
    assert reading.codes == []
    assert sides(reading) == [(10050, 0), (123456, 0), (0, 110000), (1200, 0)]
    assert reading.warned == ["sheet-unknown"]


@pytest.mark.parametrize(
    ("plus", "expected"),
    [("debit", [(100, 0), (0, 250), (0, 0)]), ("credit", [(0, 100), (250, 0), (0, 0)])],
)
def test_one_column_of_amounts_is_split_by_its_sign(tmp_path: Path, plus: str, expected: Any) -> None:
    reading = mapped(
        tmp_path, amounts("1,00", "-2,50", "0,00"), {"amount": {"way": "signed", "column": "Kwota", "plus": plus}}
    )
    assert reading.codes == [] and sides(reading) == expected


@pytest.mark.parametrize("written", ["-12,00", "12,00-", "(12,00)", "−12,00"])
def test_a_minus_is_known_however_it_is_written(tmp_path: Path, written: str) -> None:
    rows = "".join(";".join(row) + "\n" for row in amounts(written)).encode()
    assert sides(mapped(tmp_path, rows, {"amount": {"way": "signed", "column": "Kwota"}})) == [(0, 1200)]


def test_a_second_column_names_the_side(tmp_path: Path) -> None:
    said = {"amount": {"way": "side", "column": "Kwota", "side": "Strona", "debit": ["Obc"], "credit": ["Uzn"]}}
    rows = amounts("1,00", "2,00", "3,00", "-4,00", extra=("Wn", "MA", "obc", "Uzn"))
    assert sides(mapped(tmp_path, rows, said)) == [(100, 0), (0, 200), (300, 0), (400, 0)]
    wrong = mapped(tmp_path, amounts("1,00", extra=("X",)), said)
    assert wrong.codes == ["side-unknown"]
    assert wrong.package.findings.errors[0].value == "X" and wrong.package.findings.errors[0].row == 2


def test_swapped_sides_and_storno_are_put_right(tmp_path: Path) -> None:
    header = ("nr", "lokal", "rodzaj", "data", "Wn", "Ma")
    rows = [
        header,
        ("1", "L1", "wpłata", "2026-11-01", "10,00", ""),
        ("2", "L1", "naliczenie", "2026-11-01", "0", "5,00"),
    ]
    assert sides(mapped(tmp_path, rows, {"amount": {"swapped": True}})) == [(0, 1000), (500, 0)]
    storno = [
        header,
        ("1", "L1", "korekta", "2026-11-01", "-7,00", ""),
        ("2", "L1", "korekta", "2026-11-01", "", "-1,00"),
    ]
    assert mapped(tmp_path, storno, {}).codes == ["amount-negative", "amount-negative"]
    assert sides(mapped(tmp_path, storno, {"amount": {"storno": True}})) == [(0, 700), (100, 0)]
    both = [header, ("1", "L1", "korekta", "2026-11-01", "-7,00", "3,00")]
    assert mapped(tmp_path, both, {"amount": {"storno": True}}).codes == ["amount-negative"]


def test_unreadable_amounts_are_named_by_their_own_column(tmp_path: Path) -> None:
    reading = mapped(tmp_path, amounts("abc", ""), {"amount": {"way": "signed", "column": "Kwota"}})
    assert [(each.code, each.row, each.column, each.value) for each in reading.package.findings.errors] == [
        ("amount", 2, "Kwota", "abc"), ("no-amount", 3, "Kwota", None),
    ]  # fmt: skip


def test_the_kind_follows_the_side_where_no_column_tells_it(tmp_path: Path) -> None:
    said = {
        "columns": {"kind": {"sides": {"debit": "charge", "credit": "payment"}}},
        "amount": {"way": "signed", "column": "Kwota"},
    }
    assert mapped(tmp_path, amounts("1,00", "-2,00"), said).column("ledger", "kind") == ["charge", "payment"]


def test_one_cell_gives_names_and_an_address(tmp_path: Path) -> None:
    rows = [
        PEOPLE_HEADER,
        ("P1", "Nowak - Kowalska Anna Maria", "ul. Długa 5/3, 67-200 Głogów", "601 234 567"),
        ("P2", "Wąs Jan", "os. 1000-lecia 12 m. 4 67-200 Głogów", ""),
        ("P3", "Żuk", "3 Maja 14A", ""),
    ]
    parts = {
        "last_name": ("Nazwisko i imię", "first-word"), "first_name": ("Nazwisko i imię", "after-first-word"),
        "street": ("Adres", "street"), "number": ("Adres", "house-number"), "postcode": ("Adres", "postcode"),
        "city": ("Adres", "city"),
    }  # fmt: skip
    columns = {"code": {"column": "Id"}} | {
        name: {"column": source, "part": part} for name, (source, part) in parts.items()
    }
    path = tmp_path / "osoby.csv"
    path.write_bytes(lines(rows))
    reading = read(path, mapping={"sheets": {"people": {"columns": columns}}})
    assert reading.codes == []
    assert reading.column("people", "last_name") == ["Nowak-Kowalska", "Wąs", "Żuk"]
    assert reading.column("people", "first_name") == ["Anna Maria", "Jan", None]
    assert reading.column("people", "street") == ["ul. Długa", "os. 1000-lecia", "3 Maja"]
    assert reading.column("people", "number") == ["5/3", "12 m. 4", "14A"]
    assert reading.column("people", "postcode") == ["67-200", "67-200", None]
    assert reading.column("people", "city") == ["Głogów", "Głogów", None]
    assert reading.column("people", "phone")[0] == "+48601234567"


def test_a_code_is_divided_at_a_sign_and_a_part_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "lokale.csv"
    path.write_bytes(lines([("Symbol", "powierzchnia"), ("B1/12", "48,5"), ("B1", "30")]))
    said = {
        "code": {"column": "Symbol"}, "building": {"column": "Symbol", "part": "before", "sign": "/"},
        "number": {"column": "Symbol", "part": "after", "sign": "/"},
    }  # fmt: skip
    reading = read(path, mapping={"sheets": {"units": {"columns": said}}})
    assert reading.column("units", "building") == ["B1", "B1"]
    assert reading.column("units", "number") == ["12", None]
    found = [(each.code, each.row, each.value) for each in reading.package.findings.errors]
    assert found == [("part-missing", 3, "B1")]


def test_titles_above_the_header_and_files_without_one(tmp_path: Path) -> None:
    header = ("nr", "lokal", "rodzaj", "data", "wn")
    titled = [("Zestawienie za listopad",), (), header, ("1", "L1", "korekta", "2026-11-01", "5,00")]
    reading = mapped(tmp_path, titled, {"header": 3})
    assert reading.codes == [] and reading.column("ledger", "entry") == ["1"]
    assert reading.package.findings.errors == []
    bare = [("1", "L1", "korekta", "2026-11-01", "5,00"), ("2", "L1", "korekta", "2026-11-02", "x")]
    columns = {name: {"column": f"#{at}"} for at, name in enumerate(("entry", "unit", "kind", "date", "debit"), 1)}
    without = mapped(tmp_path, bare, {"header": 0, "columns": columns})
    assert without.column("ledger", "entry") == ["1", "2"]
    assert [(each.code, each.row, each.column) for each in without.package.findings.errors] == [("amount", 2, "#5")]


def test_one_tab_may_hold_two_sheets_and_one_may_be_left_out(tmp_path: Path) -> None:
    path = tmp_path / "program.xlsx"
    header = ["Lokal", "Dom", "Nr", "Metraż", "Id", "Nazwisko"]
    everything = [header, ["L1", "B1", "1", "48,5", "P1", "Wąs"]]
    path.write_bytes(workbook({"Wszystko": everything, "budynki": [["co"], ["x"]]}))
    sheets = {
        "units": {"tabs": ["wszystko"], "columns": {
            "code": {"column": "Lokal"}, "building": {"column": "Dom"}, "number": {"column": "Nr"},
        }},
        "people": {"tabs": ["Wszystko"], "columns": {"code": {"column": "Id"}, "number": {"skip": True}}},
        "buildings": {"tabs": []},
    }  # fmt: skip
    reading = read(path, mapping={"sheets": sheets})
    assert reading.codes == [] and set(reading.package.files) == {"units", "people"}
    assert reading.column("units", "code") == ["L1"] and reading.column("people", "last_name") == ["Wąs"]
    assert "sheet-unwanted" in reading.warned


def test_a_lone_file_is_what_it_is_said_to_be(tmp_path: Path) -> None:
    path = tmp_path / "eksport_20261130.csv"
    path.write_bytes(lines([("kod", "nazwisko"), ("P1", "Wąs")]))
    assert "no-sheets" in read(path).codes
    assert read(path, mapping={"single": "people"}).column("people", "last_name") == ["Wąs"]


def test_a_column_that_the_mapping_needs_and_the_file_lacks_is_named(tmp_path: Path) -> None:
    reading = mapped(tmp_path, amounts("1,00"), {"amount": {"way": "signed", "column": "Wartość PLN"}})
    assert reading.codes == ["mapped-column-missing"]
    assert "„Wartość PLN”" in reading.package.findings.errors[0].message


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"sheets": {"nothing": {}}}, "no-such-sheet"),
        ({"sheets": {"ledger": {"columns": {"nothing": {"skip": True}}}}}, "no-such-column"),
        ({"sheets": {"ledger": {"columns": {"unit": {"column": "x", "constant": "y"}}}}}, "way"),
        ({"sheets": {"ledger": {"columns": {"unit": {"column": "x", "part": "middle"}}}}}, "no-such-part"),
        ({"sheets": {"ledger": {"columns": {"unit": {"column": "x", "part": "before"}}}}}, "sign"),
        ({"sheets": {"ledger": {"columns": {"unit": {"constant": "\0"}}}}}, "shape"),
        ({"sheets": {"ledger": {"columns": {"unit": {"constant": "\ud800"}}}}}, "shape"),
        ({"sheets": {"ledger": {"columns": {"unit": {"constant": "x" * 10_000}}}}}, "shape"),
        ({"sheets": {"ledger": {"header": -1}}}, "header"),
        ({"sheets": {"ledger": {"header": True}}}, "header"),
        ({"sheets": {"people": {"amount": {}}}}, "amount-elsewhere"),
        ({"sheets": {"ledger": {"amount": {"way": "signed"}}}}, "empty"),
        ({"sheets": []}, "shape"),
        ({"sheets": {"ledger": 5}}, "shape"),
        ({"version": 99, "sheets": {}}, "version"),
        ({"single": "nothing"}, "no-such-sheet"),
        ({"surprise": 1}, "unknown"),
    ],
)
def test_a_mapping_that_means_nothing_is_refused(said: dict[str, Any], code: str) -> None:
    with pytest.raises(BadMapping) as refusal:
        plan(said)
    assert refusal.value.code == code


def test_the_profile_in_the_documentation_is_one() -> None:
    text = (Path(__file__).resolve().parents[3] / "docs/integrators.md").read_text(encoding="utf-8")
    said = json.loads(text.split("## Profiles", 1)[1].split("```json\n", 1)[1].split("```", 1)[0])
    said.pop("name")
    assert set(plan(said).sheets) == {"people", "ledger"}


@given(st.text(max_size=60), st.sampled_from(sorted(PARTS)))
def test_parts_take_only_what_is_there(cell: str, part: str) -> None:
    from app.imports.reading.values import fold, tidy

    text = tidy(cell)
    assert text == "" or set(fold(PARTS[part](text, "/"))) <= set(fold(text))


@given(st.text(alphabet="0123456789 nrul.,/-\\mkA", max_size=400))
def test_addresses_are_read_in_no_time(cell: str) -> None:
    begun = time.process_time()
    for part in ("street", "house-number", "city"):
        PARTS[part](cell, "")
    assert time.process_time() - begun < 0.5


@given(st.integers(0, 10**9))
def test_a_sign_is_split_and_the_size_is_kept(grosze: int) -> None:
    written = f"{grosze // 100},{grosze % 100:02d}"
    assert split_sign(written) == (False, written)
    for minus in (f"-{written}", f"{written}-", f"({written})", f"- {written}"):
        assert split_sign(minus) == (True, written)
