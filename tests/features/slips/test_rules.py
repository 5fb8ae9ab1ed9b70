"""What a slip says: the payment code of the recommendation, amounts in figures and in words, titles."""

from __future__ import annotations

import io

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from app.core.errors import Refused
from app.finances.slips.order import cells, name_for_code, titles, typed_amount, written
from app.finances.slips.payload import clean, payload
from app.finances.slips.words import LARGEST, in_words, number_in_words

NRB = "92124012340001567890123456"
PLAIN = st.text(st.characters(exclude_categories=("Cs",)), max_size=80)


def test_the_examples_of_the_recommendation_come_out_to_the_letter() -> None:
    about, name = "FV 1234/34/2012", "Odbiorca 1"
    assert payload("1234567890", NRB, 1200, name, about) == f"1234567890|PL|{NRB}|001200|Odbiorca 1|{about}|||"
    assert payload("1234567890", NRB, 0, name, about) == f"1234567890|PL|{NRB}|000000|Odbiorca 1|{about}|||"
    assert payload(None, NRB, 1200, name, "Przelew ekspress") == f"|PL|{NRB}|001200|Odbiorca 1|Przelew ekspress|||"


def test_an_amount_of_ten_thousand_and_more_grows_and_is_never_cut() -> None:
    assert "|1000000|" in payload(None, NRB, 1_000_000, "SM", "x")
    assert "|123456789012|" in payload("1234567890", NRB, 123456789012, "S" * 40, "T" * 40)


def test_a_name_is_cleaned_before_it_is_cut_and_cut_between_letters() -> None:
    assert clean("SM „Koło” (w likwidacji)", 20) == "SM Koło w likwidacji"
    assert clean("Ążźćółń|" * 9, 20) == "Ążźćółń Ążźćółń Ążźć"
    assert clean('a"b', 20) == "a b" and clean("x" * 19 + " yz", 20) == "x" * 19


@pytest.mark.parametrize(("account", "grosze"), [("PL" + NRB, 1), (NRB[:-1], 1), ("", 0), (NRB, -1)])
def test_what_is_no_account_or_amount_makes_no_code(account: str, grosze: int) -> None:
    with pytest.raises(ValueError):
        payload(None, account, grosze, "SM", "x")


@given(PLAIN, PLAIN, st.integers(0, 99_999_999_999))
def test_whatever_people_are_called_the_code_has_nine_fields_and_at_most_160_signs(
    name: str, about: str, grosze: int
) -> None:
    made = payload("1234567890", NRB, grosze, name, about)
    fields = made.split("|")
    assert len(fields) == 9 and len(made) <= 160
    assert int(fields[3]) == grosze and len(fields[4]) <= 20 and len(fields[5]) <= 32


def test_a_code_with_a_single_polish_letter_is_read_back_as_it_was_written() -> None:
    made = payload("1234563218", NRB, 104821, "Spółdzielnia", "Opłaty za lokal Ó1")
    picture = io.BytesIO()
    segno.make_qr(made, encoding="utf-8", error="l", boost_error=False).save(picture, kind="png", scale=4, border=4)
    assert [code.text for code in zxingcpp.read_barcodes(Image.open(picture))] == [made]


@pytest.mark.parametrize(
    ("typed", "grosze"),
    [
        ("250", 25000), ("250,5", 25050), ("1 048,21", 104821), ("1\u00a0048.21 zł", 104821), ("0,01", 1),
        ("999999999,99", 99999999999), ("10 PLN", 1000),
    ],
)  # fmt: skip
def test_an_amount_is_understood_as_people_write_it(typed: str, grosze: int) -> None:
    assert typed_amount(typed) == grosze


@pytest.mark.parametrize(
    "typed", ["", "  ", "0", "0,00", "-5", "abc", "1,234", "1.000,00", "1e5", "٣", "12,", "9" * 10, "9" * 10_000, "zł"]
)
def test_an_amount_that_is_none_is_refused_at_its_field(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        typed_amount(typed)
    assert refused.value.field == "amount"


@given(st.integers(1, 99_999_999_999))
def test_what_is_written_into_the_cells_is_the_amount(grosze: int) -> None:
    assert len(cells(grosze)) == 12 and typed_amount(cells(grosze).rstrip("-")) == grosze
    assert typed_amount(written(grosze)) == grosze


@pytest.mark.parametrize(
    ("grosze", "said"),
    [
        (0, "zero zł 00/100"), (1, "zero zł 01/100"), (100, "jeden zł 00/100"), (1200, "dwanaście zł 00/100"),
        (2299, "dwadzieścia dwa zł 99/100"), (11200, "sto dwanaście zł 00/100"), (100000, "tysiąc zł 00/100"),
        (104821, "tysiąc czterdzieści osiem zł 21/100"), (200000, "dwa tysiące zł 00/100"),
        (500000, "pięć tysięcy zł 00/100"), (1300000, "trzynaście tysięcy zł 00/100"),
        (2200000, "dwadzieścia dwa tysiące zł 00/100"), (2100000, "dwadzieścia jeden tysięcy zł 00/100"),
        (100000000, "milion zł 00/100"), (500000000, "pięć milionów zł 00/100"),
        (123456789, "milion dwieście trzydzieści cztery tysiące pięćset sześćdziesiąt siedem zł 89/100"),
    ],
)  # fmt: skip
def test_an_amount_is_said_in_right_polish(grosze: int, said: str) -> None:
    assert in_words(grosze) == said


@given(st.integers(0, LARGEST), st.integers(0, LARGEST))
def test_two_numbers_are_never_said_alike(one: int, other: int) -> None:
    assert (number_in_words(one) == number_in_words(other)) == (one == other)


@pytest.mark.parametrize("grosze", [-1, 100_000_000_000])
def test_an_amount_for_which_there_is_no_room_is_not_said(grosze: int) -> None:
    with pytest.raises(ValueError):
        in_words(grosze)


def test_the_units_code_survives_in_the_title_of_the_payment_code() -> None:
    assert titles("L1", "2026-11") == ("Opłaty za lokal L1 za 11/2026", "Opłaty za lokal L1 za 11/2026")
    assert titles("L000001", "2026-11")[1] == "Opłaty za lokal L000001"
    assert titles("A" * 20, None)[1] == "Lokal " + "A" * 20
    assert titles("B" * 30 + "123456", None)[1].endswith("123456")


def test_in_a_code_a_short_name_is_better_than_a_part_of_the_full_one() -> None:
    assert name_for_code("Spółdzielnia Mieszkaniowa „Koło”", "SM „Koło”") == "SM „Koło”"
    assert name_for_code("Wspólnota Cicha 1", "WM Cicha 1") == "Wspólnota Cicha 1"
    assert clean(name_for_code("Ż" * 90, "Ź" * 40), 20) == "Ź" * 20
