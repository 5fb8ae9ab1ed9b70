"""Ewidencja liczników: what a resident sees of the unit's meters, and what staff see of their verification."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.core import work
from app.core.clock import today
from app.meters import medians
from tenants.context import bind
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


def test_that_a_replaced_meter_is_one_story(house: House) -> None:
    house.publish(
        [],
        meters=[meter("STARY", location="łazienka", installed=date(2020, 1, 1), removed=date(2026, 3, 15)),
                meter("NOWY", location="łazienka", installed=date(2026, 3, 15), verified=date(2031, 3, 15))],
        readings=[reading("STARY", date(2025, 12, 31), "100"), reading("STARY", date(2026, 3, 15), "107.5"),
                  reading("NOWY", date(2026, 3, 15), "0"), reading("NOWY", date(2026, 6, 30), "12.25")],
    )  # fmt: skip
    page = house.enter().get("/media/meters").get_data(as_text=True)
    assert page.count('<article class="meter-place">') == 1
    assert "Stary skończył na 107,5 m³, nowy zaczął od 0 m³" in page
    assert "7,5 m³" in page and "12,25 m³" in page and "ważna do 15.03.2031" in page


def test_that_a_lower_reading_is_no_negative_use(house: House) -> None:
    house.publish(
        [],
        meters=[meter("W")],
        readings=[reading("W", date(2026, 1, 31), "100"), reading("W", date(2026, 2, 28), "88")],
    )
    page = house.enter().get("/media/meters").get_data(as_text=True)
    assert "Odczyt jest niższy niż poprzedni" in page and "-12" not in page and "−12" not in page


def test_that_nobody_sees_what_was_used_before_their_time(house: House) -> None:
    since = date(2026, 5, 1)
    known = [["L1", "P1", "owner", since, None], ["L2", "P2", "owner", date(2020, 1, 1), None]]
    house.publish(
        [],
        occupancies=known,
        meters=[meter("W"), meter("DAWNY", removed=date(2024, 1, 1))],
        readings=[reading("W", date(2026, 1, 31), "543.210"), reading("W", since, "550"),
                  reading("W", date(2026, 6, 30), "556.7")],
    )  # fmt: skip
    page = house.enter().get("/media/meters").get_data(as_text=True)
    assert "543,21" not in page and "DAWNY" not in page
    assert "6,7 m³" in page


def test_that_a_lodger_sees_meters_from_the_day_of_moving_in(house: House) -> None:
    house.publish(
        [],
        occupancies=[["L1", "P1", "owner", date(2020, 1, 1), None], ["L1", "P2", "tenant", date(2026, 5, 1), None]],
        meters=[meter("W")],
        readings=[reading("W", date(2026, 1, 31), "543.210"), reading("W", date(2026, 6, 30), "556.7")],
    )
    page = house.enter("P2", units=()).get("/media/meters").get_data(as_text=True)
    assert "556,7" in page and "543,21" not in page


def test_that_anothers_unit_is_not_there(house: House) -> None:
    house.publish([], meters=[meter("W"), meter("OBCY", unit="L2")])
    anna = house.enter()
    assert anna.get("/media/meters?unit=L2").status_code == 404
    assert "OBCY" not in anna.get("/media/meters").get_data(as_text=True)


def test_that_a_unit_without_meters_is_told_so(house: House) -> None:
    house.publish([], meters=[meter("OBCY", unit="L2")])
    page = house.enter().get("/media/meters").get_data(as_text=True)
    assert "Ten lokal nie ma liczników w ewidencji" in page


def many(house: House, units: int) -> str:
    """So many units with a meter of cold water, that used 1, 2, 3… m³ in September; the page of the first."""
    from tests.factories import packages

    house.publish(
        [],
        units=[[f"U{n}", packages.small()["buildings"][0][0], "A", str(n), *packages.small()["units"][0][4:]]
               for n in range(units)],
        occupancies=[[f"U{n}", "P1", "owner", date(2020, 1, 1), None] for n in range(units)],
        meters=[meter(f"W{n}", f"U{n}") for n in range(units)],
        readings=[row for n in range(units) for row in (
            reading(f"W{n}", date(2026, 8, 31), "10"), reading(f"W{n}", date(2026, 9, 30), str(11 + n)))],
    )  # fmt: skip
    with house.app.app_context(), bind(house.tenant):
        medians.refresh(today())
        work.commit()
    page: str = house.enter("P1", units=()).get("/media/meters?unit=U0").get_data(as_text=True)
    return page


def test_that_the_median_of_five_units_is_shown(house: House) -> None:
    page = many(house, 5)
    assert "mediana budynku" in page and "3 m³" in page


def test_that_four_units_have_no_median(house: House) -> None:
    page = many(house, 4)
    assert "mediana budynku" not in page and "wrzesień 2026" in page
