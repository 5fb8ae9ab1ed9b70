"""Use reckoned from readings: over replacements, rollovers and months; and what is odd about a reading."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Refused
from app.meters import plausibility, usage
from app.meters.usage import Meter, Reading

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))
USES = st.integers(0, 500_000_000).map(lambda n: Decimal(n) / 1000)


def read(day: str, value: str) -> Reading:
    return Reading(date.fromisoformat(day), Decimal(value))


@given(DAYS, st.integers(0, 900), USES)
def test_that_the_months_add_up_to_the_difference_exactly(first: date, days: int, use: Decimal) -> None:
    shares = usage.spread(first, first + timedelta(days=days), use)
    assert sum(shares.values(), Decimal(0)) == use
    assert all(share >= 0 for share in shares.values())
    assert list(shares) == sorted(shares)


@given(DAYS, st.integers(1, 900))
def test_that_the_months_cover_every_day_once(first: date, days: int) -> None:
    one = usage.step(Reading(first, Decimal(1)), Reading(first + timedelta(days=days), Decimal(2)))
    found = usage.covered([one])
    assert sum(found.values()) == days
    assert all(found[month] <= (usage.next_month(month) - month).days for month in found)


@given(st.lists(st.integers(0, 100_000), min_size=2, max_size=12), st.integers(0, 11))
def test_that_a_replacement_loses_nothing(uses: list[int], at: int) -> None:
    """The same use, told by one meter and by two that followed each other, is the same."""
    at = min(at, len(uses) - 1)
    day, value, old, new = date(2025, 1, 1), Decimal(77), [], []
    old.append(Reading(day, value))
    for number, use in enumerate(uses):
        if number == at:
            new.append(Reading(day, Decimal(0)))
        day, value = day + timedelta(days=30), value + use
        here = new if new else old
        here.append(Reading(day, value if not new else sum((Decimal(u) for u in uses[at : number + 1]), Decimal(0))))
    ended = old[-1].day
    meters = [
        Meter("STARY", "cold_water", "łazienka", date(2020, 1, 1), None, ended, tuple(old)),
        Meter("NOWY", "cold_water", "łazienka", ended, None, None, tuple(new)),
    ]
    (place,) = usage.places(meters)
    assert [meter.serial for meter in place.meters] == ["STARY", "NOWY"]
    assert place.total == sum(uses)
    assert sum(usage.by_month(place.steps).values(), Decimal(0)) == sum(uses)


@given(st.integers(5, 8), st.integers(1, 900), st.integers(0, 900))
def test_that_a_counter_goes_over_its_top(digits: int, below: int, above: int) -> None:
    top = Decimal(10) ** digits
    before, after = top - Decimal(below) / 1000, Decimal(above) / 1000
    assert usage.rolled(before, after) == Decimal(below + above) / 1000


@pytest.mark.parametrize(("before", "after"), [("912.5", "3"), ("50000", "10"), ("99999", "98000"), ("99500", "900")])
def test_that_what_only_went_down_has_not_rolled(before: str, after: str) -> None:
    assert usage.rolled(Decimal(before), Decimal(after)) is None
    one = usage.step(Reading(date(2026, 1, 1), Decimal(before)), Reading(date(2026, 2, 1), Decimal(after)))
    assert one.use is None and one.a_day is None


def test_that_meters_side_by_side_stay_apart() -> None:
    meters = [
        Meter("A", "cold_water", "kuchnia", date(2020, 1, 1)),
        Meter("B", "cold_water", "łazienka", date(2020, 1, 1)),
        Meter("C", "cold_water", "kuchnia", date(2024, 1, 1)),
    ]
    assert sorted(place.now.serial for place in usage.places(meters)) == ["A", "B", "C"]


def test_that_a_meter_that_shows_the_same_twice_is_stuck() -> None:
    still = Meter("S", "cold_water", readings=(read("2026-06-30", "5"), read("2026-08-31", "9"),
                                               read("2026-09-30", "9"), read("2026-10-31", "9")))  # fmt: skip
    assert still.stuck_since == date(2026, 8, 31)
    once = Meter("S", "cold_water", readings=still.readings[:3])
    assert once.stuck_since is None
    radiator = Meter("S", "heat", readings=(read("2026-05-31", "9"), read("2026-06-30", "9"), read("2026-08-31", "9")))
    assert radiator.stuck_since is None


HISTORY = [
    usage.step(read("2025-12-31", "100"), read("2026-06-30", "136")),
    usage.step(read("2026-06-30", "136"), read("2026-10-31", "160")),
]


@pytest.mark.parametrize(
    ("medium", "value", "expected"),
    [
        ("cold_water", "165", []),
        ("cold_water", "160", [plausibility.ZERO]),
        ("cold_water", "159.999", [plausibility.LOWER]),
        ("cold_water", "1650", [plausibility.HIGH]),
        ("hot_water", "180", [plausibility.HIGH]),
    ],
)
def test_that_odd_readings_are_asked_about(medium: str, value: str, expected: list[str]) -> None:
    found = plausibility.doubts(medium, read("2026-11-30", value), HISTORY, read("2026-10-31", "160"))
    assert [one.code for one in found] == expected


def test_that_cold_radiators_in_summer_are_not_odd() -> None:
    history = [usage.step(read("2025-12-31", "10"), read("2026-05-31", "20"))]
    assert plausibility.doubts("heat", read("2026-08-31", "20"), history, read("2026-05-31", "20")) == []
    assert plausibility.doubts("heat", read("2026-12-31", "20"), history, read("2026-05-31", "20")) != []


def test_that_a_rolled_counter_is_asked_about_with_its_use() -> None:
    (one,) = plausibility.doubts("cold_water", read("2026-11-30", "0.010"), [], read("2026-10-31", "99999.999"))
    assert (one.code, one.use) == (plausibility.ROLLED, Decimal("0.011"))


@pytest.mark.parametrize(("typed", "value"), [("12,5", "12.500"), (" 1 234.567 ", "1234.567"), ("0", "0"), ("7", "7")])
def test_that_numbers_are_read_as_typed(typed: str, value: str) -> None:
    assert plausibility.value(typed) == Decimal(value)


@pytest.mark.parametrize(
    "typed", ["", "abc", "-3", "1,2,3", "12,3456", "1e5", "٣", "\0", "1" * 10_000, "NaN", "Infinity", "+4", "0x10"]
)
def test_that_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        plausibility.value(typed)


@pytest.mark.parametrize(
    "values",
    [
        {"day": date(2026, 11, 22)},
        {"day": date(2026, 11, 1), "last": date(2026, 11, 2)},
        {"day": date(2026, 11, 1), "allowed": (date(2026, 11, 5), date(2026, 11, 30))},
    ],
)
def test_that_days_on_which_nobody_can_have_read_are_refused(values: dict[str, Any]) -> None:
    given_values = {"today": date(2026, 11, 21), "last": None} | values
    with pytest.raises(Refused):
        plausibility.check_day(**given_values)
