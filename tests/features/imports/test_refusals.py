"""Any error refuses the whole package, names its place as the file does, and changes nothing."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.factories import packages
from tests.factories.packages import Dialect
from tests.features.imports.doing import books, fingerprint, imports, publish, scalar

ROWS = 100_000


def refused(app: Any, tenant: Any, path: Path, *, mode: str = "snapshot") -> list[dict[str, Any]]:
    before = fingerprint(app, tenant)
    report = publish(app, tenant, path, mode=mode)
    assert report["status"] == "refused" and report["error_count"] >= 1, report
    assert fingerprint(app, tenant) == before
    assert imports(app, tenant)[-1][0] == "refused"
    return list(report["errors"])


def place(error: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(error[part] for part in ("code", "sheet", "row", "column", "value"))


def test_one_bad_row_in_many(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    text = io.StringIO()
    text.write("Nr;Lokal;RODZAJ;data;Wn\r\n")
    for number in range(ROWS):
        amount = "12,345" if number == ROWS - 7 else f"{number % 900},50"
        text.write(f"{number};L{number % 2 + 1};naliczenie;2026-11-01;{amount}\r\n")
    files = {
        f"{name}.csv": packages.csv_bytes([packages.header(name), *small[name]]) for name in ("buildings", "units")
    }
    path = packages.zipped(tmp_path / "a.zip", files | {"Obroty.csv": text.getvalue().encode("cp1250")})
    (error,) = refused(app, tenant, path)
    assert place(error) == ("amount-decimals", "Obroty", ROWS - 7 + 2, "Wn", "12,345")
    assert error["message"].startswith(f"Arkusz „Obroty”, wiersz {ROWS - 5}, kolumna „Wn”: ")


def test_rows_held_against_each_other(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    small["ledger"].append([*small["ledger"][0]])
    small["ledger"].append(
        ["9", "L77", "korekta", None, date(2026, 1, 1), None, None, None, Decimal("1.00"), None, None]
    )
    small["units"][1][1] = "B9"
    small["occupancies"].append(["L1", "P9", "najemca", date(2020, 1, 1), None])
    small["control"] = [["obroty", 4, Decimal("1.00")], ["lokale", 2, None]]
    errors = refused(app, tenant, packages.workbook(tmp_path / "a.xlsx", small))
    assert [place(error) for error in errors] == [
        ("doubled-key", "obroty", 5, "nr", "1"),
        ("no-such-reference", "lokale", 3, "budynek", "B9"),
        ("no-such-reference", "dysponenci", 4, "osoba", "P9"),
        ("no-such-reference", "obroty", 6, "lokal", "L77"),
        ("control-rows", "kontrola", 2, "wiersze", "4"),
        ("control-sum", "kontrola", 2, "suma", "1.00"),
    ]
    assert "wierszu 2" in errors[0]["message"] and errors[0]["message"].startswith("Arkusz „obroty”, wiersz 5")
    assert "258.16" in errors[5]["message"]


def test_references_may_be_to_what_is_published(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    publish(app, tenant, packages.archive(tmp_path / "a.zip", small))
    before = books(app, tenant)
    report = publish(
        app, tenant, packages.archive(tmp_path / "b.zip", {"ledger": small["ledger"][:1]}), mode="increment"
    )
    assert report["status"] == "unchanged" and books(app, tenant) == before
    (error,) = refused(app, tenant, packages.archive(tmp_path / "c.zip", {"units": small["units"][:1]}))
    assert place(error) == ("still-referenced", "lokale", None, "kod", "L2")
    assert (
        publish(app, tenant, packages.archive(tmp_path / "d.zip", {"units": small["units"][:1]}), mode="increment")[
            "status"
        ]
        == "unchanged"
    )


def test_a_sheet_that_cannot_be_read_does_not_make_others_look_wrong(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    for sheet, broken in (("units", b"kod;numer\r\nL1;1\r\n"), ("people", b'kod;nazwisko\r\nP1;"Kowal\r\n')):
        files = {f"{name}.csv": packages.csv_bytes([packages.header(name), *rows]) for name, rows in small.items()} | {
            f"{sheet}.csv": broken
        }
        errors = refused(app, tenant, packages.zipped(tmp_path / f"{sheet}.zip", files))
        assert {error["sheet"] for error in errors} == {sheet}


def test_unknown_columns_and_doubtful_contacts_are_warnings(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    people = [[*packages.header("people"), "kolor"], *([*row, "zielony"] for row in small["people"])]
    people[2][4] = "to nie adres"
    files = {f"{name}.csv": packages.csv_bytes([packages.header(name), *rows]) for name, rows in small.items()}
    files["people.csv"] = packages.csv_bytes(people, Dialect("cp1250"))
    report = publish(app, tenant, packages.zipped(tmp_path / "a.zip", files))
    assert report["status"] == "published"
    assert [place(warning)[:4] for warning in report["warnings"]] == [
        ("column-unknown", "people", 1, "kolor"), ("email", "people", 3, "email")
    ]  # fmt: skip
    assert [row[4] for row in books(app, tenant)["people"]] == ["lucja@example.pl", None]


def test_an_account_number_must_be_right(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    small["units"][0][10] = packages.NRB[:-1] + "5"
    (error,) = refused(app, tenant, packages.archive(tmp_path / "a.zip", small))
    assert place(error)[:4] == ("account-check-digits", "lokale", 2, "rachunek")


LEDGER = packages.small()["ledger"]
UNITS = packages.small()["units"]
SECOND = {
    "a row that holds, twice": ({"ledger": [*LEDGER, LEDGER[0]]}, "doubled-key", 5),
    "a row that changes, twice": ({"ledger": [*LEDGER, [*LEDGER[0][:10], "inny tytuł"]]}, "doubled-key", 5),
    "a new row, twice": ({"ledger": [*LEDGER, ["9", *LEDGER[0][1:]], ["9", *LEDGER[1][1:]]]}, "doubled-key", 6),
    "a new row of no unit": ({"ledger": [*LEDGER, ["9", "L9", *LEDGER[0][2:]]]}, "no-such-reference", 5),
    "a row that moves to no unit": ({"ledger": [[LEDGER[0][0], "L9", *LEDGER[0][2:]], *LEDGER[1:]]},
                                    "no-such-reference", 2),
    "a unit that vanishes under rows that stay": ({"units": UNITS[1:], "ledger": LEDGER}, "no-such-reference", 2),
}  # fmt: skip


@pytest.mark.parametrize("fault", list(SECOND))
def test_what_is_wrong_beside_rows_that_stay_is_found(app: Any, tenant: Any, tmp_path: Path, fault: str) -> None:
    """Rows that hold already are not looked at again, unless something else makes them wrong."""
    sheets, code, row = SECOND[fault]
    publish(app, tenant, packages.archive(tmp_path / "a.zip", packages.small()))
    before = fingerprint(app, tenant)
    report = publish(app, tenant, packages.archive(tmp_path / "b.zip", sheets))
    assert report["status"] == "refused", report
    assert (code, row) in [(error["code"], error["row"]) for error in report["errors"]]
    assert fingerprint(app, tenant) == before
    assert report["sheets"]["ledger"]["added"] == 0


def test_a_first_ledger_with_a_fault_names_its_row_and_leaves_nothing(app: Any, tenant: Any, tmp_path: Path) -> None:
    small = packages.small()
    publish(app, tenant, packages.archive(tmp_path / "a.zip", {name: small[name] for name in ("buildings", "units")}))
    before = fingerprint(app, tenant)
    faults = {
        "doubled-key": [*LEDGER, LEDGER[0]],
        "no-such-reference": [*LEDGER, ["9", "L9", *LEDGER[0][2:]]],
        "date-impossible": [*LEDGER, ["9", *LEDGER[0][1:4], "31.11.2026", *LEDGER[0][5:]]],
    }
    for code, ledger in faults.items():
        report = publish(app, tenant, packages.archive(tmp_path / f"{code}.zip", {"ledger": ledger}))
        assert [(error["code"], error["row"]) for error in report["errors"]] == [(code, 5)]
    assert [row[0] for row in fingerprint(app, tenant)] == [row[0] for row in before]
    assert scalar(app, tenant, "SELECT count(*) FROM ledger_entries") == 0
    assert publish(app, tenant, packages.archive(tmp_path / "b.zip", {"ledger": LEDGER}))["status"] == "published"
