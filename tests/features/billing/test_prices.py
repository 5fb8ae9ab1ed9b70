"""The price list, and what follows when nobody pays: both pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.billing import plans, rules
from app.billing.plans import PLANS
from app.billing.rules import STAGES, Steps
from app.core.errors import Refused

BASIC = PLANS["basic"]
DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("units", "net"),
    [(0, 3900), (1, 3900), (50, 3900), (51, 3955), (500, 28650), (501, 28690), (5000, 208650), (20_000, 583650)],
)
def test_each_unit_costs_what_its_own_tier_says(units: int, net: int) -> None:
    assert plans.price(BASIC, "month", units).net == net
    assert plans.price(BASIC, "year", units).net == net * 10


def test_vat_is_added_and_rounded_half_up() -> None:
    assert plans.price(BASIC, "month", 1) == plans.Price(3900, 897)
    assert [plans.vat(net) for net in (1, 2, 3, 50, 150)] == [0, 0, 1, 12, 35]


@given(st.sampled_from(sorted(PLANS)), st.integers(0, 60_000))
def test_more_units_never_cost_less(code: str, units: int) -> None:
    assert plans.price(PLANS[code], "month", units + 1).net >= plans.price(PLANS[code], "month", units).net


def test_tiers_as_read_by_people_leave_no_gap() -> None:
    for plan in PLANS.values():
        rows = list(plans.rows(plan))
        assert rows[0].first == 1 and rows[-1].last is None
        assert all(after.first == (before.last or 0) + 1 for before, after in pairwise(rows))


def test_a_key_of_a_price_is_read_back_and_a_foreign_one_is_not() -> None:
    assert plans.by_price_key(plans.price_key(PLANS["full"], "year")) == ("full", "year")
    for foreign in (None, "", "osiedle_gold_month_2026-11", "osiedle_basic_week_2026-11", "x_basic_month_2026-11"):
        assert plans.by_price_key(foreign) is None


def test_the_steps_come_one_after_the_other_and_residents_go_last() -> None:
    stage, since, seen = "good", None, []
    for number in range(100):
        day = DAY + timedelta(days=number)
        later = rules.next_stage(stage, since, DAY, day, Steps())
        if later != stage:
            seen.append((later, number + 1))
            stage, since = later, day
    assert seen == [("warned", 1), ("read_only", 21), ("staff_off", 45), ("suspended", 75)]


def test_an_old_debt_found_late_closes_nobody_at_once() -> None:
    stage, since, days = "good", None, []
    for number in range(40):
        day = DAY + timedelta(days=300 + number)
        later = rules.next_stage(stage, since, DAY, day, Steps())
        if later != stage:
            days.append(number)
            stage, since = later, day
    assert days == [0, 7, 14, 21], "a step a week at most"


@given(st.sampled_from(STAGES), st.integers(0, 400), st.integers(0, 400))
def test_who_has_paid_is_free_at_once_and_nobody_skips_a_step(stage: str, stay: int, late: int) -> None:
    since = DAY - timedelta(days=stay)
    assert rules.next_stage(stage, since, None, DAY, Steps()) == "good"
    later = rules.next_stage(stage, since, DAY - timedelta(days=late), DAY, Steps())
    assert STAGES.index(later) <= STAGES.index(stage) + 1


@given(st.sampled_from(STAGES[:-1]), st.integers(0, 60), st.integers(0, 200))
def test_the_step_that_is_announced_is_the_one_that_comes(stage: str, stay: int, late: int) -> None:
    since, overdue = DAY - timedelta(days=stay), DAY - timedelta(days=late)
    told = rules.next_step(stage, since, overdue, DAY, Steps())
    assert told is not None and told.on > DAY
    for day in (DAY + timedelta(days=n) for n in range(1, (told.on - DAY).days)):
        assert rules.next_stage(stage, since, overdue, day, Steps()) in STAGES[: STAGES.index(stage) + 1]
    assert STAGES.index(rules.next_stage(stage, since, overdue, told.on, Steps())) <= STAGES.index(told.stage)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"read_only_days": 13}, "read_only_days"),
        ({"staff_off_days": 22}, "staff_off_days"),
        ({"suspend_days": 46}, "suspend_days"),
        ({"trial_days": 0}, "trial_days"),
        ({"remind_days": 366}, "remind_days"),
        ({"warn_days": 21}, "read_only_days"),
    ],
)
def test_dates_that_leave_no_time_are_refused(changed: dict[str, int], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        rules.checked_steps(Steps(**changed))
    assert refusal.value.field == field
