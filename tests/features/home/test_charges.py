"""Parametry naliczeń: each component, its sums, and what is announced; nothing of it to whom it does not concern."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core import work
from app.core.clock import today
from app.finances import tariff
from app.finances.tariff import Line
from tenants.context import bind
from tests.pages import inspect

LONG_AGO = date(2024, 1, 1)
COMPONENTS = (
    ("EKS", "Eksploatacja podstawowa", "m2", "dependent"),
    ("ODP", "Odpady komunalne", "person", "independent"),
    ("UPU", "Upust", "unit", None),
)


def line(code: str, amount: int, from_on: date = LONG_AGO, to_on: date | None = None, **more: Any) -> Line:
    values = {"quantity": Decimal(1), "price": Decimal(amount) / 100, "note": None, "kind": "", **more}
    return Line(code, code, "m2", values["kind"], from_on, to_on, values["quantity"], values["price"], amount,
                values["note"])  # fmt: skip


@pytest.fixture
def charge(app: Any, tenant: Any, people: Any) -> Any:
    """Writes a charge of L1: component, first and last day, quantity, price, amount in grosze, note."""
    with app.app_context(), bind(tenant):
        for component in COMPONENTS:
            statement = "INSERT INTO components (since_revision, code, name, basis, kind) VALUES (1, :a, :b, :c, :d)"
            _run(statement, **dict(zip("abcd", component, strict=True)))
        work.commit()

    def write(
        code: str, first: date, last: date | None, quantity: str, price: str, amount: int, note: str = ""
    ) -> None:
        with app.app_context(), bind(tenant):
            _run(
                "INSERT INTO charges (since_revision, unit_code, component_code, from_on, to_on, quantity, price, "
                "amount, note) VALUES (1, 'L1', :code, :first, :last, :quantity, :price, :amount, nullif(:note, ''))",
                code=code, first=first, last=last, quantity=Decimal(quantity), price=Decimal(price), amount=amount,
                note=note,
            )  # fmt: skip
            work.commit()

    return write


def _run(statement: str, **values: Any) -> None:
    from tenants.db import db

    db.session.execute(text(statement), values)


def shown(people: Any, who: str = "anna") -> str:
    return inspect(people(who).get("/me/charges?unit=L1")).replace("\u00a0", " ").replace("&nbsp;", " ")


def test_s1_04_each_component_shows_quantity_price_and_amount_in_groups_with_sums(people: Any, charge: Any) -> None:
    charge("EKS", LONG_AGO, None, "48.5", "3.1234", 15148, "uchwała 5/2024")
    charge("ODP", date(2026, 3, 1), None, "3", "36", 10800)
    charge("UPU", LONG_AGO, None, "1", "-5.00", -500)
    page = shown(people)
    for words in ("Eksploatacja podstawowa", "48,50 m²", "3,1234 zł", "151,48", "uchwała 5/2024", "od 01.01.2024",
                  "3 os.", "36,00 zł", "108,00", "Opłaty zależne od zarządcy", "Opłaty niezależne od zarządcy",
                  "Pozostałe składniki", "254,48 zł", "Bez zmian od 1 marca 2026"):  # fmt: skip
        assert words in page, words
    assert "Ilość razy cena to" not in page and "zmian" not in page.split("Bez zmian", 1)[1]


def test_an_amount_that_is_not_the_product_is_said_to_be_none(people: Any, charge: Any) -> None:
    charge("EKS", LONG_AGO, None, "48.5", "3.12", 15200)
    assert "Ilość razy cena to 151,32 zł; zarządca nalicza 152,00 zł." in shown(people)


def test_a_change_to_come_is_announced_with_the_sum_before_and_after(people: Any, charge: Any) -> None:
    change = today() + timedelta(days=40)
    charge("EKS", LONG_AGO, change - timedelta(days=1), "48.5", "3.00", 14550)
    charge("EKS", change, None, "48.5", "3.20", 15520)
    charge("ODP", change, None, "3", "10.00", 3000)
    page = shown(people)
    assert "Opłata za miesiąc wyniesie 185,20 zł zamiast 145,50 zł." in page
    assert "+9,70" in page and "nie było" in page and "48,50 m² × 3,20 zł" in page
    assert "3 os." not in page.split('id="step-1"')[0], "what begins later is not charged now"


def test_rates_that_end_without_successors_are_unknown_and_not_free_of_charge(people: Any, charge: Any) -> None:
    charge("EKS", LONG_AGO, today() + timedelta(days=10), "48.5", "3.00", 14550)
    assert "Następnych zarządca jeszcze nie przekazał" in shown(people)


def test_a_line_that_the_books_left_open_gives_way_to_its_successor(people: Any, charge: Any) -> None:
    charge("EKS", LONG_AGO, None, "48.5", "3.00", 14550)
    charge("EKS", date(2026, 1, 1), None, "48.5", "4.00", 19400)
    page = shown(people).split('id="components"')[0]  # the chart also shows what was charged before
    assert "194,00 zł" in page and "145,50" not in page


def test_without_charges_the_page_says_what_will_be_here(people: Any) -> None:
    page = shown(people)
    assert "Nie ma jeszcze składników opłat tego lokalu" in page and "Liczba osób" in page


def test_a_lodger_sees_no_charges_and_a_stranger_no_page(people: Any, charge: Any) -> None:
    charge("EKS", LONG_AGO, None, "48.5", "3.00", 14550)
    assert "145,50" not in shown(people, "lodger")
    assert people("buyer").get("/me/charges?unit=L1").status_code == 404


def test_a_product_is_rounded_to_the_grosz_half_away_from_zero() -> None:
    cases = {("52.40", "3.45"): 18078, ("1", "0.005"): 1, ("1", "-0.005"): -1, ("0.5", "0.01"): 1, ("3", "0"): 0}
    assert {case: tariff.product(Decimal(case[0]), Decimal(case[1])) for case in cases} == cases


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
LINES = st.lists(
    st.builds(
        lambda code, amount, first, length, kind: line(
            code, amount, first, first + timedelta(days=length) if length else None, kind=kind
        ),
        st.sampled_from("ABC"), st.integers(-5000, 90000), DAYS, st.integers(0, 400),
        st.sampled_from(["dependent", "independent", "", "strange"]),
    ),
    max_size=8,
)  # fmt: skip


@given(LINES, DAYS)
def test_groups_add_up_and_steps_lead_from_sum_to_sum(lines: list[Line], day: date) -> None:
    found = tariff.tariff(lines, day)
    assert (
        sum(group.total for group in found.groups)
        == found.total
        == sum(one.amount for group in found.groups for one in group.lines)
    )
    before = found.total
    for step in found.steps:
        assert step.day > day and step.before == before
        assert step.before + sum(change.difference for change in step.changes) == step.after
        before = step.after
