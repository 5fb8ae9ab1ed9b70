"""Księgi: staff find units, entries, balances and debts, and take them away."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from app.books.queries import balances as queries
from app.core.actor import system
from app.core.clock import today
from app.core.money import NBSP
from tenants.context import Mode, bind
from tests.factories import packages
from tests.features.finances.books import House, charge, entry
from tests.features.imports.doing import query
from tests.pages import inspect
from tests.town import token

DAY = date(2026, 1, 15)


def words(page: str) -> str:
    plain = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])
    return re.sub(r"\s+", " ", plain.replace(NBSP, " "))


@pytest.fixture
def books(house: House) -> House:
    """L1 is late since spring with 150 zł and since a fortnight with 40 zł; L2 has overpaid 20 zł."""
    now = today()
    house.publish(
        [
            entry(1, "charge", now - timedelta(days=200), "500.00", due=now - timedelta(days=190), document="NK/1"),
            entry(2, "payment", now - timedelta(days=150), credit="350.00", title="=1+1 przelew"),
            entry(3, "charge", now - timedelta(days=20), "40.00", due=now - timedelta(days=14), account="water"),
            entry(4, "charge", now, "100.00", due=now + timedelta(days=10)),
            entry(5, "payment", now, credit="20.00", unit="L2"),
        ],
        components=[["EKS", "Eksploatacja", "m2", "dependent"]],
        charges=[charge("EKS", date(2026, 1, 1), "48.5", "3.20", "155.20")],
    )
    return house


def test_units_are_found_by_address_code_account_and_holder_with_plain_letters(books: House) -> None:
    staff = books.enter("szefowa", (), "admin")
    everything = inspect(staff.get("/admin/units"))
    codes = set(re.findall(r"/admin/units/one\?unit=(\w+)", everything))
    assert codes == {"L1", "L2"}
    street, surname = query(
        books.app, books.tenant, "SELECT b.street, p.last_name FROM buildings b, people p WHERE p.code = 'P1' LIMIT 1"
    )[0]
    for typed in (street.upper(), "l1", surname.translate(str.maketrans("ąćęłńóśźżŁŚ", "acelnoszzLS"))):
        found = staff.get("/admin/units", query_string={"q": typed}).get_data(as_text=True)
        assert "unit=L1" in found, typed
    assert "Nic nie znaleziono" in staff.get("/admin/units?q=%25%25nic").get_data(as_text=True)


def test_one_unit_shows_what_the_books_say_of_it(books: House) -> None:
    staff = books.enter("szefowa", (), "admin")
    page = words(inspect(staff.get("/admin/units/one?unit=L1")))
    assert "290,00" in page and "Opłaty za lokal 250,00" in page and "Woda 40,00" in page
    charges = words(inspect(staff.get("/admin/units/charges?unit=L1")))
    assert "Eksploatacja" in charges and "155,20" in charges
    entries = words(inspect(staff.get("/admin/units/entries?unit=L1")))
    assert re.search(r"NK/1.*500,00.*500,00", entries) and "4 zapis" in entries.replace("4 zapisy", "4 zapis")
    assert staff.get("/admin/units/one?unit=L999").status_code == 404
    assert staff.get("/admin/units/one").status_code == 404
    assert staff.get("/admin/units/one?unit=%00").status_code in (400, 404)


def test_debts_are_told_by_their_age(books: House) -> None:
    staff = books.enter("szefowa", (), "admin")
    page = words(inspect(staff.get("/admin/debts")))
    assert "Po terminie razem" in page and "190,00" in page and "150,00" in page and "40,00" in page
    assert "L2" not in page, "whoever has overpaid is no debtor"
    assert "L1" in words(staff.get("/admin/debts?age=year").text)
    assert "Nikt nie zalega" in staff.get("/admin/debts?age=older").text
    assert "Nikt nie zalega" in staff.get("/admin/debts?least=190,01").text
    assert "L1" in words(staff.get("/admin/debts?least=190,00").text)
    before = (today() - timedelta(days=195)).isoformat()
    assert "Nikt nie zalega" in staff.get(f"/admin/debts?day={before}").text, "on that day nothing was late yet"


def test_balances_of_a_day_leave_out_what_was_booked_later(books: House) -> None:
    staff = books.enter("szefowa", (), "admin")
    now = words(inspect(staff.get("/admin/balances")))
    assert "290,00" in now and "−20,00" in now and "270,00" in now
    then = words(inspect(staff.get(f"/admin/balances?day={(today() - timedelta(days=100)).isoformat()}")))
    assert "150,00" in then and "290,00" not in then
    assert staff.get("/admin/balances?day=2026-02-31").status_code == 200


def test_lists_are_taken_away_as_files_and_that_is_written_down(books: House) -> None:
    staff = books.enter("szefowa", (), "admin")
    form = {"csrf_token": token(staff.get("/admin/entries").text), "kind": "csv"}
    taken = staff.post("/admin/entries/file", data=form | {"first": "2000-01-01"}).get_data()
    text = taken.decode("utf-8-sig")
    assert text.count("\r\n") == 6 and ";500,00;0,00" in text
    assert "'=1+1 przelew" in text, "a spreadsheet must not calculate what a payer wrote"
    book = staff.post("/admin/debts/file", data=form | {"kind": "xlsx"}).get_data()
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert rows[1][0] == "L1" and rows[1][3] == 190.0
    assert staff.post("/admin/balances/file", data=form | {"kind": "exe"}).status_code == 404
    log = query(books.app, books.tenant, "SELECT subject FROM audit_entries WHERE action = 'books.exported'")
    assert [row[0] for row in log] == ["obroty", "zaleglosci"]


def test_history_says_which_import_changed_what(books: House) -> None:
    revision = books.publish([entry(1, "charge", date(2026, 1, 1), "510.00", document="NK/1")])
    staff = books.enter("szefowa", (), "admin")
    steps = inspect(staff.get("/admin/history?unit=L1"))
    assert f"revision={revision}" in steps and "2.zip" in steps
    changes = words(inspect(staff.get(f"/admin/history?unit=L1&revision={revision}")))
    assert re.search(r"Wn 500,00 → 510,00", changes) and "wycofano" in changes
    person = inspect(staff.get("/admin/history?person=P1"))
    assert "1.zip" in person
    assert staff.get("/admin/history?unit=L404").status_code == 404
    assert staff.get("/admin/history").status_code == 404


def test_history_of_a_person_stays_in_ones_own_buildings(house: House) -> None:
    known = packages.small()
    far = [*known["units"][1][:1], "B2", *known["units"][1][2:]]
    holds = [["L1", "P1", "właściciel", date(2019, 4, 1), None], ["L2", "P1", "najemca", date(2020, 1, 1), None]]
    grant = ["DM-7/KANAR", "L2", "P1", "Ośrodek", date(2026, 6, 1), date(2026, 11, 30), "250.00"]
    revision = house.publish(
        buildings=[*known["buildings"], ["B2", "Rynek 1", "Rynek", "1", "67-200", "Głogów"]],
        units=[known["units"][0], far], occupancies=holds, allowances=[grant],
    )  # fmt: skip
    staff = house.enter("klerk", (), "clerk")
    page = f"/admin/history?person=P1&revision={revision}"
    assert "KANAR" in staff.get(page).text, "the control: who sees all buildings sees it"
    house.sql("INSERT INTO staff_scopes (account_id, building_code) SELECT id, 'B1' FROM accounts WHERE role = 'clerk'")
    shown = words(inspect(staff.get(page)))
    assert "L1" in shown and "KANAR" not in shown and "L2" not in shown


def test_residents_do_not_know_of_these_pages(books: House) -> None:
    mine = books.enter()
    for path in ("/admin/units", "/admin/entries", "/admin/debts", "/admin/balances", "/admin/history?unit=L1"):
        assert mine.get(path).status_code == 404


_ENTRIES = st.lists(
    st.tuples(
        st.sampled_from(["L1", "L2"]),
        st.integers(-400, 60),
        st.integers(0, 60),
        st.integers(1, 90_000),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=_ENTRIES)
def test_ages_of_debt_add_up_to_the_balance(books: House, found: list[tuple[str, int, int, int, bool]]) -> None:
    now = today()
    rows: list[Any] = [
        {"e": f"E{n}", "u": unit, "d": now + timedelta(days=at), "t": now + timedelta(days=at + due),
         "w": 0 if pays else grosze, "m": grosze if pays else 0}
        for n, (unit, at, due, grosze, pays) in enumerate(found)
    ]  # fmt: skip
    with books.app.app_context(), bind(books.tenant, Mode.PAGE):
        from sqlalchemy import text

        from tenants.db import db

        db.session.execute(text("UPDATE ledger_entries SET until_revision = 9 WHERE until_revision IS NULL"))
        for row in rows:
            db.session.execute(
                text(
                    "INSERT INTO ledger_entries (since_revision, entry, unit_code, kind, account, booked_on, due_on, "
                    "debit, credit) VALUES (1, :e, :u, 'charge', 'rent', :d, :t, :w, :m)"
                ),
                row,
            )
        debts = {one.unit_code: one for one in queries.all_debts(system("tests"), now, None, None, 0)}
        sums = queries.debts(system("tests"), now, None, None, 0, 1)[1]
        balances = {one.unit_code: one.balance for one in queries.all_balances(system("tests"), now, None)}
        db.session.rollback()
    for unit in ("L1", "L2"):
        booked = [row for row in rows if row["u"] == unit and row["d"] <= now]
        balance = sum(row["w"] - row["m"] for row in booked)
        assert balances.get(unit, 0) == balance
        late = max(0, sum(row["w"] for row in booked if row["t"] < now) - sum(row["m"] for row in booked))
        assert (debts[unit].late if unit in debts else 0) == late
        if unit in debts:
            assert sum(debts[unit].ages.values()) == late and debts[unit].balance == balance
    assert sums.late == sum(one.late for one in debts.values())
