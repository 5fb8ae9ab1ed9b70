"""Dowód salda: the equation, its years and accounts, the entries with what brought them, nobody else's."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import today
from app.core.money import NBSP, amount
from app.finances.proving import Booked, prove
from app.finances.rules import ACCOUNTS, KINDS
from tests.features.finances.books import House, entry
from tests.pages import inspect

LEDGER = [
    entry(1, "opening", date(2024, 1, 1), "100.00"),
    entry(2, "charge", date(2024, 2, 1), "500.00", document="NAL/2/2024", title="Opłaty za luty"),
    entry(3, "payment", date(2024, 2, 9), credit="550.00", document="WB 9"),
    entry(4, "correction", date(2024, 3, 1), credit="20.01", title="Korekta zaliczki"),
    entry(5, "settlement", date(2025, 5, 1), "7.77", account="water"),
    entry(6, "interest", date(2025, 6, 1), "3.33", account="interest"),
    entry(7, "charge", date(2026, 1, 1), "600.00"),
    entry(8, "allowance", date(2026, 1, 5), credit="100.00"),
]
BALANCE = 54109


def words(page: str) -> str:
    """The text of a page, each white space one space."""
    plain = re.sub(r"<[^>]+>", " ", page.split("<main", 1)[1])
    return re.sub(r"\s+", " ", plain.replace(NBSP, " "))


def test_the_equation_ends_with_the_balance_of_the_balance_page(house: House) -> None:
    house.publish(LEDGER)
    owner = house.enter()
    page = words(inspect(owner.get("/payments/proof")))
    assert "Na początek bilans otwarcia i to, co było wcześniej 100,00" in page
    assert "+ naliczenia opłaty i odsetki 1 103,33" in page
    assert "− wpłaty przelewy i dodatki 650,00" in page
    assert "± korekty korekty i rozliczenia mediów −12,24" in page
    assert f"= saldo zaległość {amount(BALANCE)}" in page
    assert "Zgadza się co do grosza" in page
    assert amount(BALANCE) in words(owner.get("/payments").get_data(as_text=True))


def test_a_year_shows_its_accounts_and_every_document_with_the_data_that_brought_it(house: House) -> None:
    first = house.publish(LEDGER[:4])
    second = house.publish([*LEDGER[:3], entry(4, "correction", date(2024, 3, 1), credit="20.02"), *LEDGER[4:]])
    owner = house.enter()
    page = words(inspect(owner.get("/payments/proof?year=2024")))
    assert "Opłaty za luty Naliczenie · NAL/2/2024 500,00 600,00" in page.replace("  ", " ")
    assert page.count(f"Dane nr {first}") == 3 and page.count(f"Dane nr {second}") == 1
    assert "Fundusz" not in page
    page = words(owner.get("/payments/proof?year=2025").get_data(as_text=True))
    assert "Razem 29,98 3,33 0,00 +7,77 41,08" in page
    for wrong in ("1999", "abc", "9" * 5000, "-1"):
        assert owner.get(f"/payments/proof?year={wrong}&page={wrong}").status_code == 200


def test_what_a_bank_has_and_the_books_have_not_stands_beside_the_balance(house: House) -> None:
    house.publish(LEDGER)
    house.sql(
        "INSERT INTO pending_payments (public_id, unit_code, account, amount, paid_on, title, source, source_ref) "
        "VALUES ('p1', 'L1', 'rent', 54100, :day, 'Przelew za styczeń', 'tests', '1')",
        day=today(),
    )
    page = words(inspect(house.enter().get("/payments/proof")))
    assert f"= saldo zaległość {amount(BALANCE)}" in page
    assert "Przelew za styczeń −541,00" in page and "Saldo po tych wpłatach 0,09" in page


def test_who_bought_the_unit_sees_only_what_was_carried_over(house: House) -> None:
    titles = [
        ["L1", "P2", "owner", date(2019, 4, 1), date(2024, 12, 31)],
        ["L1", "P1", "owner", date(2025, 1, 1), None],
    ]
    house.publish(LEDGER, occupancies=titles)
    page = words(inspect(house.enter().get("/payments/proof")))
    assert "bilans otwarcia i to, co było wcześniej 29,99" in page and f"= saldo zaległość {amount(BALANCE)}" in page
    assert "Rok po roku" in page and "2024" not in page.split("Rok po roku", 1)[1].split("Co portal", 1)[0]
    page = house.enter("P1b", ("L1",)).get("/payments/proof?year=2024").get_data(as_text=True)
    assert "Opłaty za luty" not in page and "Korekta zaliczki" not in page


def test_a_unit_without_entries_and_one_of_a_neighbour(house: House) -> None:
    house.publish(LEDGER)
    neighbour = house.enter("P2", ("L2",))
    assert "nie ma jeszcze żadnych operacji" in inspect(neighbour.get("/payments/proof"))
    assert neighbour.get("/payments/proof?unit=L1").status_code == 404
    assert neighbour.get("/payments/proof/history?unit=L1&day=2026-01-01").status_code == 404


def test_many_entries_go_on_the_next_page(house: House) -> None:
    house.publish(
        [entry(n, "charge", date(2026, 1, 1 + n % 28), "1.01", account=("rent", "water")[n % 2]) for n in range(450)]
    )
    owner = house.enter()
    page = inspect(owner.get("/payments/proof"))
    assert "Strona 1 z 3" in page and amount(45450) in page
    last = inspect(owner.get("/payments/proof?page=3"))
    assert last.count("Dane nr") == 50 + 1 and amount(225 * 101) in words(last)


@given(
    st.lists(
        st.builds(
            Booked,
            account=st.sampled_from([*ACCOUNTS, "x", "a"]),
            year=st.one_of(st.none(), st.integers(1990, 2040)),
            kind=st.sampled_from([*KINDS, "strange"]),
            grosze=st.integers(-(10**12), 10**12),
        )
    )
)
def test_every_year_begins_as_the_one_before_ended_and_the_last_ends_with_the_balance(booked: list[Booked]) -> None:
    proof = prove(booked)
    assert proof.balance == sum(each.grosze for each in booked) == proof.whole.closing
    accounts: dict[str, int] = {}
    for each in booked:
        if each.year is None:
            accounts[each.account] = accounts.get(each.account, 0) + each.grosze
    for year in proof.years:
        opened: dict[str, int] = {}
        for each in booked:
            if each.year == year.number and each.kind == "opening":
                opened[each.account] = opened.get(each.account, 0) + each.grosze
        for line in year.accounts:
            assert line.line.opening == accounts.get(line.account, 0) + opened.get(line.account, 0)
            accounts[line.account] = line.line.closing
        assert year.total.closing == sum(line.line.closing for line in year.accounts)
    if proof.years:
        assert proof.years[-1].total.closing == proof.balance


def test_every_page_of_the_proof_is_for_residents_only(house: House, client: Any) -> None:
    house.publish(LEDGER)
    stranger = client(house.tenant.slug)
    for path in ("/payments/proof", "/payments/proof/history", "/payments/changes"):
        assert stranger.get(path).status_code == 302
    staff = house.enter("boss", (), "admin")
    assert staff.get("/payments/proof").status_code == 404
