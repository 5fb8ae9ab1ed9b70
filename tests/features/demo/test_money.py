"""Lines, interest and account numbers of the demo books, checked against figures worked out by hand."""

from datetime import date

import pytest

from app.core.checksums import is_nrb
from app.demo.interest import interest
from app.demo.nrb import account_number
from app.demo.prices import line

# 52,40 m2, three persons, a member: (quantity in thousandths, price in grosze, line in grosze)
WORKED_UNIT = [
    (52_400, 345, 18_078),  # upkeep
    (52_400, 290, 15_196),  # repairs fund
    (52_400, 520, 27_248),  # heat
    (52_400, 13, 681),  # property tax: 6,812
    (6_500, 1_462, 9_503),  # cold water
    (3_500, 1_462, 5_117),  # water to be warmed
    (3_500, 3_400, 11_900),  # warming
    (1_000, 2_500, 2_500),  # hot water, fixed
    (3_000, 3_600, 10_800),  # waste
    (1_000, 308, 308),  # entryphone
    (3_000, 750, 2_250),  # lift
    (2_000, 320, 640),  # two meters
    (1_000, 600, 600),  # antenna
]


def test_each_line_is_rounded_to_the_grosz_and_then_added() -> None:
    assert [line(quantity, price) for quantity, price, _ in WORKED_UNIT] == [each[2] for each in WORKED_UNIT]
    assert sum(line(quantity, price) for quantity, price, _ in WORKED_UNIT) == 104_821


def test_half_a_grosz_is_rounded_up() -> None:
    assert line(500, 1) == 1
    assert line(499, 1) == 0


def test_interest_follows_the_dated_rates_and_is_rounded_once() -> None:
    assert interest(84_237, date(2025, 9, 15), date(2025, 12, 12)) == 2_018


def test_nothing_is_added_to_what_was_paid_in_time() -> None:
    assert interest(84_237, date(2025, 9, 15), date(2025, 9, 15)) == 0
    assert interest(84_237, date(2025, 9, 15), date(2025, 9, 1)) == 0


def test_one_day_late_costs_one_day_at_the_rate_of_that_day() -> None:
    # 100 000,00 zł at 10,00 % is 27,397… zł a day
    assert interest(10_000_000, date(2025, 10, 8), date(2025, 10, 9)) == 2_740


def test_a_delay_before_the_first_known_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="no rate"):
        interest(100, date(1999, 1, 1), date(2026, 1, 1))


def test_account_numbers_pass_their_check_and_one_changed_digit_fails() -> None:
    number = account_number(1234, 10_012)
    assert len(number) == 26 and number[2:10] == "99990000"
    assert is_nrb(number)
    assert not is_nrb(number[:-1] + str((int(number[-1]) + 1) % 10))
    assert is_nrb("38999900000000123400010012")


def test_an_account_number_with_too_many_digits_is_refused() -> None:
    with pytest.raises(ValueError, match="digits"):
        account_number(10_000, 1)
