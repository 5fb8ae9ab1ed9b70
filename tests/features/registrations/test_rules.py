"""The code against robots, and what names, units, amounts and account numbers may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import money
from app.core.clock import now
from app.core.errors import Refused
from app.registrations import robots, rules
from app.registrations.robots import Code

DIGITS = st.text("0123456789", min_size=robots.LENGTH, max_size=robots.LENGTH)
BETWEEN = st.sampled_from(["", " ", ", ", "-", "\u00a0", "."])
ALPHABETS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "０１２３４５６７８９", "०१२३४५६७८९")


@given(DIGITS, st.lists(BETWEEN, min_size=robots.LENGTH, max_size=robots.LENGTH), st.sampled_from(ALPHABETS))
def test_the_right_digits_count_however_they_are_typed(digits: str, gaps: list[str], alphabet: str) -> None:
    typed = "".join(gap + alphabet[int(digit)] for gap, digit in zip(gaps, digits, strict=True))
    assert robots.answers(typed, Code(digits, "k", now()))


@given(DIGITS, st.text(max_size=200))
def test_nothing_else_counts_and_nothing_breaks(digits: str, typed: str) -> None:
    if robots.digits_of(typed) != digits:
        assert not robots.answers(typed, Code(digits, "k", now()))


@given(DIGITS)
def test_the_words_say_the_digits(digits: str) -> None:
    said = Code(digits, "k", now()).words.split(", ")
    assert [str(robots.WORDS[int(digit)]) for digit in digits] == said


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_refused(typed: str) -> None:
    try:
        name = rules.checked_name(typed, "last_name")
    except Refused as refusal:
        assert refusal.field == "last_name"
    else:
        assert 0 < len(name) <= rules.NAME_LENGTH and not set(name) & set("/:@<>0123456789\0\n")


@pytest.mark.parametrize("name", ["Łucja", "Kowalska-Żółć", "O’Brien", "Maria Anna", "Ярослава", "Nguyễn", "J. R."])
def test_names_of_people_are_names(name: str) -> None:
    assert rules.checked_name(f"  {name} ", "first_name") == name


@pytest.mark.parametrize(
    ("typed", "grosze"),
    [("612,48", 61_248), ("612.48", 61_248), ("1 234,5 zł", 123_450), ("1\u00a0234,56", 123_456), ("7", 700)],
)
def test_an_amount_is_read_as_people_write_it(typed: str, grosze: int) -> None:
    assert money.typed(typed) == grosze


@pytest.mark.parametrize("typed", ["", "dużo", "-5", "1,234", "٣", "1e9", "9" * 10_000, "5,", "\0"])
def test_what_is_no_amount_is_none(typed: str) -> None:
    assert money.typed(typed) is None


@given(st.text(max_size=200))
def test_an_account_number_is_26_digits_or_nothing(typed: str) -> None:
    found = rules.account_number(typed)
    assert found is None or (len(found) == 26 and found.isascii() and found.isdigit())


def test_names_are_compared_without_case_and_accents() -> None:
    assert rules.same_name("Żółć-Łoś", " zolc LOS ") and not rules.same_name("Anna", "Hanna")
