"""Ogólnie: what is owed, by when, on which account, and what is on its way."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import today
from app.core.money import NBSP
from app.finances.rules import Due, owed
from tenants import reading
from tests.features.finances.books import House, entry
from tests.pages import inspect

LONG_AGO = date(2024, 3, 1)


def words(page: str) -> str:
    """The text of a page, each white space one space."""
    plain = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])
    return re.sub(r"\s+", " ", plain.replace(NBSP, " "))


def on_their_way(house: House, amount: int, day: date, title: str = "Czynsz", state: str = "pending") -> None:
    house.sql(
        "INSERT INTO pending_payments "
        "(public_id, unit_code, account, amount, paid_on, title, source, source_ref, state) "
        "VALUES (:id, 'L1', 'rent', :amount, :day, :title, 'tests', :id, :state)",
        id=f"p{amount}{state}", amount=amount, day=day, title=title, state=state,
    )  # fmt: skip


def test_s4_01_charges_and_water_stand_apart_each_with_its_term(house: House) -> None:
    soon = today() + timedelta(days=9)
    house.publish([
        entry(1, "charge", LONG_AGO, "1000.00", due=LONG_AGO + timedelta(days=9)),
        entry(2, "payment", LONG_AGO, credit="900.00"),
        entry(3, "charge", today(), "500.00", due=soon),
        entry(4, "charge", today(), "84.20", account="water", due=soon),
        entry(5, "payment", today(), credit="10.00", account="heat"),
    ])  # fmt: skip
    page = words(inspect(house.enter().get("/payments")))
    assert "Zaległość – do zapłaty 674,20 zł" in page
    assert "Po terminie: 90,00 zł" in page, "an overpaid account lessens what is late in all"
    assert f"{soon.day} " in page and "584,20 zł" in page
    assert re.search(r"Opłaty za lokal Po terminie: 100,00 zł Do [^:]*: 500,00 zł 600,00", page)
    assert re.search(r"Woda do [^:]* 84,20 ", page)
    assert "Centralne ogrzewanie nadpłata −10,00" in page
    assert "Razem 674,20" in page


def test_what_is_not_yet_due_is_no_arrears(house: House) -> None:
    house.publish([entry(1, "charge", today(), "500.00", due=today())])
    page = words(house.enter().get("/payments").text)
    assert "Do zapłaty 500,00 zł Zapłać do " in page and "Zaległość" not in page


def test_a_debt_past_its_term_says_when_the_last_term_was(house: House) -> None:
    house.publish([entry(1, "charge", LONG_AGO, "500.00", due=LONG_AGO), entry(2, "interest", LONG_AGO, "1.00")])
    page = words(house.enter().get("/payments").text)
    assert "Zaległość – do zapłaty 501,00 zł Termin płatności minął 1 marca 2024." in page


def test_payments_on_their_way_are_shown_and_not_counted(house: House) -> None:
    house.publish([entry(1, "charge", LONG_AGO, "500.00", due=LONG_AGO)])
    on_their_way(house, 30000, today(), "<b>Czynsz</b>")
    on_their_way(house, 25000, today() - timedelta(days=1))
    on_their_way(house, 11100, today(), "OBCE", "withdrawn")
    on_their_way(house, 22200, today(), "KSIĘGI", "booked")
    page = house.enter().get("/payments").text
    assert "&lt;b&gt;Czynsz" in page
    text = words(page)
    assert "Zaległość – do zapłaty 500,00 zł" in text, "the balance is that of the books"
    assert "Te pieniądze już do nas dotarły i czekają na księgowość" in text
    assert "300,00 zł" in text and "250,00 zł" in text and "OBCE" not in text and "KSIĘGI" not in text
    assert "Saldo po tych wpłatach nadpłata −50,00 zł" in text


def test_a_payment_on_its_way_is_seen_where_the_books_have_no_entry(house: House) -> None:
    house.publish([])
    on_their_way(house, 30000, today())
    page = words(inspect(house.enter().get("/payments")))
    assert "Rozliczone – nic do zapłaty 0,00 zł" in page and "300,00 zł" in page
    assert "Na koncie tego lokalu nie ma jeszcze żadnych operacji." in page


def test_a_neighbour_sees_none_of_it(house: House) -> None:
    house.publish([entry(1, "charge", LONG_AGO, "123.45", due=LONG_AGO)])
    on_their_way(house, 30000, today(), "TAJNE")
    neighbour = house.enter("P2", ("L2",))
    page = neighbour.get("/payments").text
    assert "TAJNE" not in page and "123,45" not in page
    assert neighbour.get("/payments?unit=L1").status_code == 404


def test_a_payment_on_its_way_asks_nothing_more_of_the_database(house: House, monkeypatch: Any) -> None:
    house.publish([entry(1, "charge", LONG_AGO, "500.00", due=LONG_AGO)])
    owner = house.enter()
    seen: list[str] = []
    rows = reading.rows

    def read(statement: Any, values: Any) -> Any:
        seen.append(str(statement))
        return rows(statement, values)

    monkeypatch.setattr(reading, "rows", read)
    for module in ("app.office.queries", "app.announcements.queries.board"):
        monkeypatch.setattr(f"{module}.KEPT_SECONDS", 600.0)  # however slow this machine is
    owner.get("/payments")
    seen.clear()
    owner.get("/payments")
    without = seen.copy()
    on_their_way(house, 30000, today())
    seen.clear()
    assert "300,00" in owner.get("/payments").text
    assert without and seen == without


dues = st.lists(st.builds(Due, st.dates(date(2026, 1, 1), date(2026, 3, 1)), st.integers(1, 10_000)), max_size=8)


@given(st.integers(-20_000, 60_000), dues)
def test_what_is_owed_is_split_to_the_grosz_and_the_newest_is_paid_last(balance: int, coming: list[Due]) -> None:
    found = owed(balance, coming)
    assert found.late + sum(due.amount for due in found.dues) == max(balance, 0)
    assert found.late >= 0 and all(due.amount > 0 for due in found.dues)
    if found.late:
        assert sum(due.amount for due in found.dues) == sum(due.amount for due in coming)
    assert [due.date for due in found.dues] == sorted(due.date for due in found.dues)
