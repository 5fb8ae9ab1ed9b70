"""Ewidencja liczników: what a resident sees of the unit's meters, and what staff see of their verification."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.core.clock import today
from tests.features.finances.books import House

Row = list[Any]


def meter(serial: str, unit: str = "L1", medium: str = "zw", **more: Any) -> Row:
    """A row of the meters; `more`: location, installed, verified, removed."""
    return [serial, unit, medium, *(more.get(name) for name in ("location", "installed", "verified", "removed"))]


def reading(serial: str, day: date, value: str, source: str | None = "odczyt radiowy") -> Row:
    return [serial, day, Decimal(value), source]


def test_that_the_tab_is_there_only_with_something_to_see(house: House) -> None:
    house.publish([], meters=[meter("W1")])
    with_meter, without = house.enter("P1"), house.enter("P2", units=("L2",))
    assert 'href="/media/meters' in with_meter.get("/payments").get_data(as_text=True)
    assert 'href="/media/meters' not in without.get("/payments").get_data(as_text=True)


def test_that_staff_find_meters_whose_verification_ends(house: House) -> None:
    ended, soon, later = today() - timedelta(days=3), today() + timedelta(days=40), today() + timedelta(days=900)
    house.publish(
        [],
        meters=[meter("KONIEC", verified=ended), meter("ZARAZ", verified=soon), meter("NIEPREDKO", verified=later),
                meter("ZDJETY", verified=ended, removed=ended)],
    )  # fmt: skip
    clerk = house.enter("biuro", units=(), role="clerk")
    page = clerk.get("/admin/media/verifications?months=3").get_data(as_text=True)
    assert "KONIEC" in page and "ZARAZ" in page
    assert "NIEPREDKO" not in page and "ZDJETY" not in page
    file = clerk.get("/admin/media/verifications.csv?months=3").get_data(as_text=True)
    assert "KONIEC" in file and "NIEPREDKO" not in file
