"""Profiles of imports as staff meet them: made on a real file, seen as it is read, used, handed on."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.factories import packages
from tests.features.api.asking import hand_over, problem, program, token
from tests.features.imports.doing import books, imports, query, scalar
from tests.features.imports.mapped import HEADER, LEDGER, ROWS, ledger_csv, workbook
from tests.features.imports.test_pages import Desk, desk
from tests.pages import inspect

__all__ = ["desk"]
PROFILES = "/admin/imports/profiles"
#: What somebody chooses on the page of the ledger for such a file.
CHOSEN = {
    "c_entry": "col:Lp", "c_unit": "col:Lokal nr", "c_kind": "col:Typ", "c_date": "col:Data ksiegowania",
    "c_kind_words": "BO = bilans_otwarcia\nN = naliczenie\nW = wpłata",
    "c_title": "col:Opis 1", "c_title_and": "Opis 2", "c_title_with": ", ",
    "c_account": "=constant", "c_account_text": "opłaty", "way": "signed", "amount": "Kwota", "plus": "debit",
}  # fmt: skip


def made(staff: Desk, content: bytes, name: str = "program.csv", called: str = "Mój program") -> str:
    """The address of a profile made on a file."""
    answer = staff.post(f"{PROFILES}/new", {"name": called, "file": (io.BytesIO(content), name)})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def kept(staff: Desk) -> dict[str, Any]:
    found: dict[str, Any] = scalar(staff.app, staff.tenant, "SELECT mapping FROM import_profiles")
    return found


def test_a_profile_is_made_on_the_real_file_and_shows_what_is_read(desk: Callable[..., Desk]) -> None:
    staff = desk()
    assert "Nie ma jeszcze żadnego profilu" in inspect(staff.get(PROFILES))
    inspect(staff.get(f"{PROFILES}/new"))
    page = made(staff, ledger_csv())
    assert "program.csv" in inspect(staff.get(page))
    assert staff.post(page, {"tabs_ledger": "program"}).status_code == 303
    before = inspect(staff.get(f"{page}/ledger"))
    assert "-1 100,00" in before and "Brak obowiązkowej kolumny" in before
    looked = staff.post(f"{page}/ledger", CHOSEN | {"check": "1"})
    shown = inspect(looked)
    assert "czytają się bez błędów" in shown and "bilans otwarcia" in shown and "Czynsz, listopad" in shown
    assert kept(staff) == {"version": 1, "sheets": {"ledger": {"tabs": ["program"]}}}
    assert staff.post(f"{page}/ledger", CHOSEN).status_code == 303
    assert kept(staff) == {"version": 1, "sheets": {"ledger": LEDGER}}
    assert staff.post(f"{page}/ledger", CHOSEN).status_code == 303
    log = query(staff.app, staff.tenant, "SELECT action FROM audit_entries WHERE action ~ '^import_pro' ORDER BY id")
    assert [action for (action,) in log] == [
        "import_profile.created", "import_profile.sample_taken", "import_profile.changed", "import_profile.changed",
    ]  # fmt: skip
    again = inspect(staff.get(f"{page}/ledger"))
    assert 'value="opłaty"' in again and "BO = bilans_otwarcia" in again


def test_a_mistake_loses_nothing_that_was_typed(desk: Callable[..., Desk]) -> None:
    staff = desk()
    page = made(staff, ledger_csv())
    staff.post(page, {"tabs_ledger": "program"})
    wrong = CHOSEN | {
        "c_account_text": "czynsz", "amount": "", "c_kind_words": "BO bilans", "c_due": "col:Data ksiegowania",
        "c_due_part": "before", "header": "",
    }  # fmt: skip
    answer = staff.post(f"{page}/ledger", wrong)
    assert answer.status_code == 422
    shown = inspect(answer)
    for sentence in ("Tu można wpisać: opłaty", "Wybierz kolumnę z kwotą", "Wiersz 1: wpisz", "Podaj znak"):
        assert sentence in shown
    assert 'value="czynsz"' in shown and "BO bilans" in shown and 'value="col:Lokal nr" selected' in shown.replace(
        'selected value="col:Lokal nr"', 'value="col:Lokal nr" selected'
    )
    for header in ("9" * 10_000, "-1"):
        assert staff.post(f"{page}/ledger", CHOSEN | {"header": header}).status_code == 422, header[:10]
    assert kept(staff) == {"version": 1, "sheets": {"ledger": {"tabs": ["program"]}}}


def test_the_books_arrive_by_the_profile_and_the_same_bytes_by_another_are_read_again(
    desk: Callable[..., Desk], tmp_path: Any
) -> None:
    staff = desk()
    first = {name: rows for name, rows in packages.small().items() if name not in ("ledger", "control")}
    staff.hand_over(packages.archive(tmp_path / "a.zip", first).read_bytes(), "baza.zip")
    page = made(staff, ledger_csv())
    staff.post(page, {"tabs_ledger": "program"})
    staff.post(f"{page}/ledger", CHOSEN)
    assert "Mój program" in inspect(staff.get("/admin/imports/new"))
    staff.hand_over(ledger_csv(), "program.csv", profile="Mój program")
    staff.work_off()
    assert imports(staff.app, staff.tenant) == [("published", 1), ("published", 2)]
    ledger = books(staff.app, staff.tenant)["ledger"]
    assert len(ledger) == 4
    staff.hand_over(ledger_csv(), "program.csv", profile="Mój program")
    staff.work_off()
    assert imports(staff.app, staff.tenant)[-1] == ("unchanged", 2)
    assert staff.post(f"{page}/ledger", CHOSEN | {"plus": "credit"}).status_code == 303
    staff.hand_over(ledger_csv(), "program.csv", profile="Mój program")
    staff.work_off()
    assert imports(staff.app, staff.tenant)[-1] == ("published", 3)
    turned = books(staff.app, staff.tenant)["ledger"]
    assert sorted(row[7:9] for row in turned) == sorted(row[8:6:-1] for row in ledger)


def test_the_standing_profile_reads_what_names_no_other(desk: Callable[..., Desk]) -> None:
    staff = desk()
    page, other = made(staff, ledger_csv()), made(staff, ledger_csv(), called="Inny")
    staff.post(page, {"tabs_ledger": "program"})
    staff.post(f"{page}/ledger", CHOSEN)
    for address in (page, other, page):
        assert staff.post(f"{address}/standing", {"standing": "1"}, form=address).status_code == 303
    assert query(staff.app, staff.tenant, "SELECT name FROM import_profiles WHERE standing") == [("Mój program",)]
    assert "domyślny" in inspect(staff.get(PROFILES))
    for profile, expected in (("", "Mój program"), ("-", None), ("Inny", "Inny")):
        staff.hand_over(ledger_csv(), "program.csv", profile=profile)
        chosen = "SELECT profile FROM imports ORDER BY id DESC LIMIT 1"
        assert scalar(staff.app, staff.tenant, chosen) == expected
    unknown = staff.hand_over(ledger_csv(), "program.csv", profile="nie ma takiego")
    assert unknown.status_code == 422 and "Nie ma profilu importu" in unknown.text


def test_a_lone_file_is_what_the_page_says(desk: Callable[..., Desk]) -> None:
    staff = desk()
    staff.hand_over("kod;nazwisko\nP1;Wąs\n".encode(), "eksport_2026.csv", sheet="people")
    staff.work_off()
    assert imports(staff.app, staff.tenant) == [("published", 1)]
    assert staff.hand_over(b"a;b\n", "x.csv", sheet="nothing").status_code == 422


def test_the_whole_file_is_checked_and_a_refused_one_leads_to_a_profile(desk: Callable[..., Desk]) -> None:
    staff = desk()
    page = made(staff, ledger_csv())
    answer = staff.post(f"{page}/check", {}, form=page)
    staff.work_off()
    report = inspect(staff.get(answer.headers["Location"]))
    assert imports(staff.app, staff.tenant) == [("refused", None)]
    import_id = answer.headers["Location"].rsplit("/", 1)[1]
    assert f"{PROFILES}/new?import={import_id}" in report
    inspect(staff.get(f"{PROFILES}/new?import={import_id}"))
    second = staff.post(f"{PROFILES}/new", {"name": "Z importu", "import_id": import_id})
    assert "program.csv" in inspect(staff.get(second.headers["Location"]))


def test_a_profile_is_exported_and_taken_elsewhere(desk: Callable[..., Desk]) -> None:
    staff, elsewhere = desk(), desk()
    page = made(staff, ledger_csv())
    staff.post(page, {"tabs_ledger": "program"})
    staff.post(f"{page}/ledger", CHOSEN)
    answer = staff.get(f"{page}/export")
    assert answer.mimetype == "application/json" and "attachment" in answer.headers["Content-Disposition"]
    assert json.loads(answer.data) == {"name": "Mój program", "version": 1, "sheets": {"ledger": LEDGER}}

    def take(content: bytes, name: str = "") -> Any:
        data = {"json": (io.BytesIO(content), "profil.json"), "name": name}
        return elsewhere.post(f"{PROFILES}/taken", data, form=f"{PROFILES}/new")

    assert take(answer.data).status_code == 303
    assert kept(elsewhere) == kept(staff)
    assert "już istnieje" in take(answer.data).text
    inspect(elsewhere.get(take(answer.data, "Kopia").headers["Location"]))
    for hostile, sentence in [
        (b"", "JSON"), (b"[]", "JSON"), (b"\xff\xfe", "JSON"), (b"[" * 100_000, "JSON"), (b'{"a": 1}', "arkuszy"),
        (b'{"sheets": {"nothing": {}}}', "Nie ma arkusza"),
        (b'{"sheets": {"ledger": {"header": "x"}}}', "od 0 do 1000"),
        (b'{"name": "\\ud800", "sheets": {}}', "nazwę"), (b'{"name": "\\u0000", "sheets": {}}', "nazwę"),
        (b'{"name": 5, "sheets": {}}', "nazwę"), (b" " * 300_000, "za duży"),
    ]:  # fmt: skip
        refused = take(hostile)
        assert refused.status_code == 422 and sentence in refused.text, hostile[:40]


def test_the_file_can_be_replaced_and_forgotten_and_the_profile_removed(desk: Callable[..., Desk]) -> None:
    staff = desk()
    page = made(staff, ledger_csv())
    other = workbook({"Kartoteka": [HEADER, *ROWS], "Osoby": [["kod", "nazwisko"], ["P1", "Wąs"]]})
    assert staff.post(f"{page}/sample", {"file": (io.BytesIO(other), "inny.xlsx")}, form=page).status_code == 303
    shown = inspect(staff.get(page))
    assert "inny.xlsx" in shown and "Kartoteka" in shown
    broken = staff.post(f"{page}/sample", {"file": (io.BytesIO(b"%PDF-1.7"), "x.pdf")}, form=page)
    assert broken.status_code == 422 and "PDF" in broken.text and "inny.xlsx" in broken.text
    assert staff.post(f"{page}/sample/forget", {}, form=page).status_code == 303
    assert query(staff.app, staff.tenant, "SELECT sample, sample_key FROM import_profiles") == [(None, None)]
    inspect(staff.get(page))
    inspect(staff.get(f"{page}/people"))
    assert staff.post(f"{page}/check", {}, form=page).status_code == 422
    assert staff.post(f"{page}/name", {"name": "Nowa nazwa"}, form=page).status_code == 303
    assert "Nowa nazwa" in inspect(staff.get(f"{page}/delete"))
    assert staff.post(f"{page}/delete", {}).status_code == 303
    assert query(staff.app, staff.tenant, "SELECT count(*) FROM import_profiles") == [(0,)]
    assert staff.get(page).status_code == 404


@pytest.mark.parametrize("typed", ["\0", "x" * 10_000, "<script>", "|", "*", " | "])
def test_whatever_is_typed_is_answered(desk: Callable[..., Desk], typed: str) -> None:
    staff = desk()
    page = made(staff, ledger_csv())
    fields = ("header", "c_entry", "c_entry_part", "c_account_text", "c_kind_words", "debit_words", "way", "amount")
    asked = [(page, {"tabs_ledger": typed}), (f"{page}/name", {"name": typed})]
    asked += [(f"{page}/ledger", CHOSEN | {"way": "side", "side": "Typ", field: typed}) for field in fields]
    for address, sent in asked:
        assert staff.post(address, sent, form=page).status_code in (303, 400, 422), sent
    assert staff.get(page).status_code == 200
    assert staff.get(f"{page}/nothing").status_code == 404 and staff.get(f"{PROFILES}/{'x' * 22}").status_code == 404


def test_whoever_may_only_look_at_imports_has_no_profiles(desk: Callable[..., Desk]) -> None:
    staff = desk()
    page = made(staff, ledger_csv())
    for role in ("board", "clerk"):
        other = desk(role, staff.tenant)
        for address in (PROFILES, f"{PROFILES}/new", page, f"{page}/ledger", f"{page}/export", f"{page}/delete"):
            assert other.get(address).status_code == 404


def test_programs_name_a_profile_too(desk: Callable[..., Desk]) -> None:
    staff = desk()
    page = made(staff, ledger_csv())
    staff.post(page, {"tabs_ledger": "program"})
    client = program(staff.app, staff.tenant, token(staff.app, staff.tenant))
    taken = hand_over(client, ledger_csv(), "noc", name="program.csv", profile="Mój program")
    assert taken.status_code == 202
    chosen = query(staff.app, staff.tenant, "SELECT profile, mapping -> 'sheets' -> 'ledger' -> 'tabs' FROM imports")
    assert chosen == [("Mój program", ["program"])]
    assert hand_over(client, ledger_csv(), "noc", name="program.csv", profile="Mój program").status_code == 202
    problem(hand_over(client, ledger_csv(), "noc", name="program.csv", profile="-"), 422)
    assert "nie ma" in problem(hand_over(client, ledger_csv(), name="x.csv", profile="Inny"), 422)["detail"].lower()
    lone = hand_over(client, b"kod;nazwisko\nP1;Kot\n", name="x.csv", profile="-", sheet="people")
    assert lone.status_code == 202
