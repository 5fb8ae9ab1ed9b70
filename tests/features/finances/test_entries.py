"""Obroty: every period and filter with the balance always right, documents behind entries, files to take away."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.core import spreadsheets
from app.core.clock import today
from app.core.money import NBSP, amount
from app.finances.periods import period
from app.finances.rules import ACCOUNTS, KINDS
from tests.features.finances.books import House, Row, charge, entry
from tests.features.finances.test_standing import words
from tests.features.imports.doing import query
from tests.pages import inspect
from tests.paper import page_words

ENTRIES = "/payments/entries"
LEDGER = [
    entry(1, "opening", date(2024, 1, 1), "100.00"),
    entry(2, "charge", date(2024, 2, 1), "500.00", document="NAL/2/2024", period="2024-02", title="Opłaty za luty"),
    entry(3, "charge", date(2024, 2, 1), "80.00", account="water", document="NAL/2/2024", period="2024-02"),
    entry(4, "payment", date(2024, 2, 9), credit="550.00", document="WB & 9"),
    entry(5, "charge", date(2025, 1, 1), "600.00", title="=HYPERLINK(1)"),
    entry(6, "payment", date(2025, 3, 9), credit="30.00", account="water"),
    entry(7, "correction", date(2025, 3, 10), credit="0.01"),
]


@pytest.fixture
def owner(house: House) -> Any:
    house.publish(LEDGER)
    return house.enter()


def listed(page: str) -> list[str]:
    """The balances after each entry, in the order of the page."""
    rows = re.findall(r'<td class="num" data-label="Saldo po operacji">([^<]*)</td>', page)
    return [row.replace(NBSP, " ") for row in rows]


def test_s1_02_a_year_is_listed_by_month_with_the_balance_after_each_entry(owner: Any) -> None:
    page = inspect(owner.get(f"{ENTRIES}?year=2024"))
    assert listed(page) == ["130,00", "680,00", "600,00", "100,00"]
    text = words(page)
    assert "100,00 Saldo na koniec" not in text
    assert "Saldo na początek 0,00 Naliczono 680,00 Wpłacono 550,00 Saldo na koniec 130,00" in text
    assert "luty 2024 naliczono 580,00 · wpłacono 550,00 · saldo na koniec 130,00" in text
    assert "styczeń 2024 naliczono 100,00 · wpłacono 0,00 · saldo na koniec 100,00" in text


def test_without_a_choice_it_is_the_newest_year_that_has_entries(owner: Any) -> None:
    assert "Rok 2025" in owner.get(ENTRIES).text


def test_all_years_stand_on_one_page_with_the_sums_of_each(owner: Any) -> None:
    page = inspect(owner.get(f"{ENTRIES}?year=all"))
    assert listed(page) == ["699,99", "700,00", "730,00", "130,00", "680,00", "600,00", "100,00"]
    text = words(page)
    assert "2025 130,00 600,00 30,01 699,99 2024 0,00 680,00 550,00 130,00" in text


def test_a_month_and_days_of_ones_own_narrow_the_list(owner: Any) -> None:
    assert listed(owner.get(f"{ENTRIES}?year=2025&month=3").text) == ["699,99", "700,00"]
    page = owner.get(f"{ENTRIES}?from=2024-02-09&to=2025-01-01").text
    assert listed(page) == ["730,00", "130,00"]
    assert "Saldo na początek 680,00 Naliczono 600,00 Wpłacono 550,00 Saldo na koniec 730,00" in words(page)
    assert listed(owner.get(f"{ENTRIES}?to=2024-01-31").text) == ["100,00"]
    assert listed(owner.get(f"{ENTRIES}?from=2025-01-01&to=2024-02-09").text) == ["730,00", "130,00"], "turned around"


def test_an_account_has_a_balance_of_its_own_and_a_kind_keeps_that_of_all(owner: Any) -> None:
    page = owner.get(f"{ENTRIES}?year=all&account=water").text
    assert listed(page) == ["50,00", "80,00"]
    assert "Saldo na koniec 50,00" in words(page)
    page = owner.get(f"{ENTRIES}?year=all&kind=payment").text
    assert listed(page) == ["700,00", "130,00"]
    assert "Operacji na liście: 2." in words(page)
    assert "Razem wpłacono 580,00 zł." in words(page)
    assert listed(owner.get(f"{ENTRIES}?year=all&kind=payment&account=water").text) == ["50,00"]


def test_a_list_that_is_empty_says_so(owner: Any) -> None:
    page = words(inspect(owner.get(f"{ENTRIES}?year=2024&kind=interest")))
    assert "Nie ma tu żadnych operacji" in page and "Saldo na koniec 130,00" in page


def test_a_long_list_goes_on_over_pages_and_keeps_its_filters(house: House) -> None:
    first = date(2024, 1, 1)
    house.publish([entry(f"{n:04}", "charge", first + timedelta(days=n), "1.00") for n in range(250)])
    owner = house.enter()
    pages = [listed(owner.get(f"{ENTRIES}?year=2024&page={n}").text) for n in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [100, 100, 50, 0]
    assert [row for page in pages for row in page] == [f"{n},00" for n in range(250, 0, -1)]
    assert "year=2024&amp;page=2" in owner.get(f"{ENTRIES}?year=2024").text


def test_what_was_booked_before_the_holder_came_is_one_sum(house: House) -> None:
    house.publish([
        entry(1, "charge", date(2018, 1, 1), "700.00", title="POPRZEDNIK", document="STARY"),
        entry(2, "payment", date(2019, 4, 2), credit="100.00"),
    ])  # fmt: skip
    owner = house.enter()
    for asked in ("?year=all", "?from=2010-01-01", ""):
        page = inspect(owner.get(ENTRIES + asked))
        assert listed(page) == ["600,00"] and "POPRZEDNIK" not in page
        assert "Saldo na początek 700,00" in words(page)
    assert owner.get(f"{ENTRIES}/document?number=STARY").status_code == 404
    assert "POPRZEDNIK" not in owner.get(f"{ENTRIES}.csv?year=all").text


def test_an_entry_leads_to_its_document_and_what_it_is_made_of(house: House) -> None:
    house.publish(
        LEDGER,
        components=[["EKS", "Eksploatacja", "m2", "dependent"], ["ZW", "Zimna woda", "m3", "independent"]],
        charges=[
            charge("EKS", date(2024, 1, 1), "50", "10", "500.00"), charge("ZW", date(2024, 1, 1), "8", "10", "80.00"),
        ],
    )  # fmt: skip
    owner = house.enter()
    assert f"{ENTRIES}/document?unit=L1&amp;number=NAL/2/2024" in owner.get(f"{ENTRIES}?year=2024").text
    page = words(inspect(owner.get(f"{ENTRIES}/document?number=NAL/2/2024")))
    assert "Do zapłaty 580,00 zł" in page and "dają dokładnie kwotę dokumentu" in page
    assert "Eksploatacja 50 m² 10,00 zł 500,00" in page
    address = re.search(r'href="([^"]*WB[^"]*)"', owner.get(f"{ENTRIES}?year=2024").text)
    assert address and "550,00 zł" in words(inspect(owner.get(address[1].replace("&amp;", "&"))))


@pytest.mark.parametrize("number", ["", "nie ma", "x" * 10_000, "%ff", "NAL/2/2024%20", "%25"])
def test_a_document_that_is_not_there_is_not_found(owner: Any, number: str) -> None:
    assert owner.get(f"{ENTRIES}/document?number={number}").status_code == 404


JUNK = ["x" * 10_000, "-1", "0", "13", "9" * 40, "2024-02-30", "²", "٣", "' OR 1=1 --", "0000-00-00"]


@pytest.mark.parametrize("name", ["year", "month", "kind", "account", "from", "to", "page"])
def test_what_cannot_be_read_in_an_address_counts_as_not_asked(owner: Any, name: str) -> None:
    for value in JUNK:
        for path in (ENTRIES, f"{ENTRIES}.csv"):
            assert owner.get(f"{path}?{name}={quote(value)}").status_code == 200, (path, name, value)
    assert owner.get(f"{ENTRIES}?{name}=%00").status_code == 400


def test_a_csv_opens_in_a_polish_spreadsheet_and_runs_nothing(owner: Any) -> None:
    answer = owner.get(f"{ENTRIES}.csv?year=all")
    assert answer.content_type == "text/csv; charset=utf-8" and answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="obroty-L1-all.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert [row["Saldo po operacji"] for row in rows] == [
        "100,00", "600,00", "680,00", "130,00", "730,00", "700,00", "699,99",
    ]  # fmt: skip
    assert rows[4]["Tytuł"] == "'=HYPERLINK(1)" and rows[0]["Data"] == "2024-01-01"
    assert rows[6]["Wpłacono"] == "0,01" and rows[1]["Konto"] == str(ACCOUNTS["rent"])


@pytest.mark.parametrize("sign", list("=+-@|%\t\r\n"))
def test_no_text_of_the_books_is_a_formula(sign: str) -> None:
    row = spreadsheets.as_csv(["a", "b"], [[f"{sign}cmd", -5]]).decode("utf-8-sig").split("\r\n", 1)[1]
    assert row.lstrip('"').startswith("'") and row.endswith(";-0,05\r\n")


def test_a_workbook_has_numbers_dates_and_texts(owner: Any) -> None:
    answer = owner.get(f"{ENTRIES}.xlsx?year=2025")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == date(2025, 1, 1) and rows[1][4] == "'=HYPERLINK(1)"
    assert [Decimal(str(row[9])) for row in rows[1:]] == [Decimal("730"), Decimal("700"), Decimal("699.99")]


def test_the_statement_on_paper_says_what_the_page_says(owner: Any) -> None:
    answer = owner.get(f"{ENTRIES}.pdf?year=2024")
    assert answer.content_type == "application/pdf" and answer.data.startswith(b"%PDF")
    paper = "".join(page_words(answer.data)).replace(NBSP, "")
    for said in ("Wyciągzkontalokalu", "Rok2024", "Opłatyzaluty", "680,00zł", "550,00zł", "130,00zł", "WB&9"):
        assert said in paper, said
    assert b"%PDF" in owner.get(f"{ENTRIES}.pdf?year=2024&kind=interest").data, "nothing to list is a statement too"


@pytest.mark.parametrize("path", [f"{ENTRIES}{ending}" for ending in ("", ".csv", ".xlsx", ".pdf", "/charts")])
def test_files_and_pages_are_for_those_who_settle_for_the_unit(house: House, path: str) -> None:
    house.publish(LEDGER)
    neighbour = house.enter("P2", ("L2",))
    assert neighbour.get(f"{path}?unit=L1").status_code == neighbour.get(f"{path}?unit=NO").status_code == 404
    staff = house.enter("kasia", (), "accountant")
    assert staff.get(f"{path}?unit=L1").status_code == 404


def test_before_the_first_import_there_is_nothing_to_take_away(house: House) -> None:
    nobody = house.enter("nobody", ())
    for ending in ("csv", "xlsx", "pdf"):
        assert nobody.get(f"{ENTRIES}.{ending}").status_code == 404
    assert nobody.get(ENTRIES).status_code == nobody.get(f"{ENTRIES}/charts").status_code == 200


def test_periods_are_whole_days() -> None:
    years = [2025, 2024]
    assert period({"year": "2024", "month": "2"}, years, today()).last == date(2024, 2, 29)
    assert period({"year": "2025", "month": "12"}, years, today()).last == date(2025, 12, 31)
    assert period({"year": "1999"}, years, today()).year == 2025
    assert period({"from": "2024-1-1"}, years, today()).year == 2025


kinds = st.sampled_from([kind for kind in KINDS if kind != "allowance"])
rows = st.lists(
    st.tuples(kinds, st.sampled_from(sorted(ACCOUNTS)), st.dates(date(2024, 6, 1), date(2025, 8, 31)),
              st.integers(1, 999_999), st.booleans()),
    min_size=1, max_size=25,
)  # fmt: skip


def made(found: list[tuple[str, str, date, int, bool]]) -> list[Row]:
    def side(grosze: int) -> str:
        return f"{grosze // 100}.{grosze % 100:02d}"

    return [
        entry(n, kind, day, side(grosze) if owed else "", "" if owed else side(grosze), account=account)
        for n, (kind, account, day, grosze, owed) in enumerate(found)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows)
def test_totals_and_running_balances_of_pages_are_those_of_sql(
    house: House, found: list[tuple[str, str, date, int, bool]]
) -> None:
    house.publish(made(found))
    if not hasattr(house, "owner"):
        house.owner = house.enter()  # type: ignore[attr-defined]
    owner = house.owner  # type: ignore[attr-defined]

    def sql(what: str, where: str = "true", order: str = "") -> list[Any]:
        statement = f"SELECT {what} FROM ledger_entries WHERE unit_code = 'L1' AND until_revision IS NULL AND {where}"
        return [row[0] for row in query(house.app, house.tenant, statement + order)]

    balance = int(sql("sum(debit - credit)")[0])
    assert f"Razem {amount(balance)}".replace(NBSP, " ") in (text := words(owner.get("/payments").text)) or (
        amount(abs(balance)).replace(NBSP, " ") in text
    )
    running = "sum(debit - credit) OVER (ORDER BY booked_on, entry)::bigint"
    newest = " ORDER BY booked_on DESC, entry DESC"
    page = owner.get(f"{ENTRIES}?year=all").text
    assert listed(page) == [amount(value).replace(NBSP, " ") for value in sql(running, order=newest)]
    for account in sorted({one[1] for one in found}):
        page = owner.get(f"{ENTRIES}?year=all&account={account}").text
        if len({one[1] for one in found}) > 1:
            after = sql(running, f"account = '{account}'", newest)
            assert listed(page) == [amount(value).replace(NBSP, " ") for value in after]
    for year in sorted({one[2].year for one in found}):
        said = words(owner.get(f"{ENTRIES}?year={year}").text)
        where = f"extract(year FROM booked_on) = {year}"
        debit, credit = (int(sql(f"coalesce(sum({side}), 0)", where)[0]) for side in ("debit", "credit"))
        opening = int(sql("coalesce(sum(debit - credit), 0)", f"booked_on < '{year}-01-01'")[0])
        numbers = [amount(each).replace(NBSP, " ") for each in (opening, debit, credit, opening + debit - credit)]
        names = ("Saldo na początek", "Naliczono", "Wpłacono", "Saldo na koniec")
        assert " ".join(f"{name} {number}" for name, number in zip(names, numbers, strict=True)) in said


def test_somebody_elses_allowance_is_a_payment_like_any_other(house: House) -> None:
    day = date(2025, 1, 10)
    house.publish(
        [
            entry(1, "charge", day, "500.00"),
            entry(2, "allowance", day, credit="300.00", document="MOPS/7", title="Dodatek MOPS", period="2025-01"),
        ],
        allowances=[["D/7", "L1", "P1", "MOPS", date(2025, 1, 1), date(2025, 6, 30), Decimal("300.00")]],
    )
    holder, other = house.enter(), house.enter("P9", ("L1",))
    for path in ("/payments", ENTRIES, f"{ENTRIES}.csv"):
        assert "MOPS" in holder.get(path).text, path
        page = other.get(path).text
        assert "MOPS" not in page and "300,00" in page, path
        assert path == ENTRIES or "Dodatek" not in page, path
    assert holder.get(f"{ENTRIES}/document?number=MOPS/7").status_code == 200
    assert other.get(f"{ENTRIES}/document?number=MOPS/7").status_code == 404
    assert listed(other.get(f"{ENTRIES}?kind=allowance").text) == []
    assert listed(other.get(f"{ENTRIES}?kind=payment").text) == ["200,00"]
