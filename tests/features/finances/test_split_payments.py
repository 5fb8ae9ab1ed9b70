"""A transfer that the books split over settlement accounts is one payment, and never counted beside its parts."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.core import work
from app.finances.commands import pending
from app.finances.commands.pending import Credit
from tenants.context import bind
from tests.features.finances.books import House, Row, entry
from tests.features.finances.test_standing import words
from tests.features.imports.doing import query, take_back

DAY = date(2026, 11, 9)
OPENING = entry(1, "charge", date(2026, 11, 1), "600.00")


def parts(*amounts: str, document: str | None = "WB/1", first: int = 10, day: date = DAY) -> list[Row]:
    accounts = ("rent", "water", "heat")
    return [
        entry(first + n, "payment", day, credit=amount, account=accounts[n], document=document)
        for n, amount in enumerate(amounts)
    ]


def told(house: House, *payments: tuple[str, int]) -> None:
    with house.app.app_context(), bind(house.tenant):
        pending.credit("tests", [Credit(ref, "L1", amount, DAY) for ref, amount in payments])
        pending.settle()
        work.commit()


def states(house: House) -> dict[str, tuple[str, str | None]]:
    rows = query(house.app, house.tenant, "SELECT source_ref, state, entry FROM pending_payments")
    return {ref: (state, booked) for ref, state, booked in rows}


def test_a_split_transfer_is_booked_by_its_parts_and_on_its_way_again_when_they_are_undone(house: House) -> None:
    house.publish([OPENING])
    told(house, ("a", 60000))
    owner = house.enter()
    assert "Wpłaty w drodze" in words(owner.get("/payments").text)
    revision = house.publish([OPENING, *parts("400.00", "150.00", "50.00")])
    assert states(house) == {"a": ("booked", "10")}
    page = words(owner.get("/payments").text)
    assert "Wpłaty w drodze" not in page and "Razem 0,00" in page
    take_back(house.app, house.tenant, revision)
    assert states(house) == {"a": ("pending", None)}


@pytest.mark.parametrize(
    "booked",
    [
        parts("400.00", "150.00"),
        parts("400.00", "150.00", "50.00", document=None),
        [*parts("400.00", "150.00"), *parts("50.00", document="WB/2", first=20)],
        [*parts("400.00", "150.00"), *parts("50.00", first=20, day=date(2026, 11, 10))],
    ],
    ids=["too little", "no document", "two documents", "two days"],
)
def test_other_entries_are_no_parts_of_it(house: House, booked: list[Row]) -> None:
    house.publish([OPENING, *booked])
    told(house, ("a", 60000))
    assert states(house) == {"a": ("pending", None)}


def test_a_part_does_not_stand_for_another_payment_as_well(house: House) -> None:
    house.publish([OPENING, *parts("400.00", "150.00", "50.00")])
    told(house, ("a", 60000))
    told(house, ("b", 15000))
    assert states(house) == {"a": ("booked", "10"), "b": ("pending", None)}
    house.publish([OPENING, *parts("400.00", "150.00", "50.00"), *parts("150.00", document="WB/9", first=30)])
    assert states(house) == {"a": ("booked", "10"), "b": ("booked", "30")}


def test_two_transfers_of_one_document_are_still_two(house: House) -> None:
    house.publish([OPENING, *parts("400.00", "150.00")])
    told(house, ("a", 40000), ("b", 15000))
    assert states(house) == {"a": ("booked", "10"), "b": ("booked", "11")}
    told(house, ("c", 55000))
    assert states(house)["c"] == ("pending", None)


def test_settling_again_changes_nothing(house: House, app: Any) -> None:
    house.publish([OPENING, *parts("400.00", "150.00", "50.00")])
    told(house, ("a", 60000))
    with app.app_context(), bind(house.tenant):
        assert pending.settle() == 0


def test_money_that_the_books_hold_as_an_allowance_is_not_counted_beside_it(house: House) -> None:
    house.publish([OPENING])
    told(house, ("a", 25000))
    house.publish([OPENING, entry(9, "allowance", DAY, credit="250.00", title="Dodatek mieszkaniowy 11/2026")])
    assert states(house) == {"a": ("booked", "9")}
