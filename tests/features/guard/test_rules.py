"""What a text may give away is found however it is written, and what only looks like it is left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.guard import names, rules

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
ROLL = [
    ("Jan", "Kowalski"), ("Anna", "Kowalska"), ("Łucja", "Żak"), ("Agnieszka", "Wilczek"), ("Piotr", "Marzec"),
    ("Maria Ewa", "Gołąb"), ("Wojciech", "Stępień"), ("Paweł", "Kozioł"), ("Ewa", "Nowak-Zięba"), ("Jadwiga", "Kot"),
    ("Krzysztof", "Sikora"), ("Andrzej", "Dudek"), ("Róża", "Maj"), ("Tomasz", "Wróbel"), ("Robert", "Sroka"),
]  # fmt: skip


def found(search: Callable[[str], Iterator[rules.Span]], text: str) -> list[str]:
    shown = rules.plain(text)
    return [shown[start:end] for start, end in search(shown)]


def named(text: str) -> list[str]:
    roll = [
        names.Known(tuple(rules.folded(first).split()), tuple(rules.folded(last).replace("-", " ").split()))
        for first, last in ROLL
    ]
    return found(lambda shown: names.named(shown, names.words(shown), roll), text)


@pytest.mark.parametrize(
    "text", ["44051401359", "440514 01359", "PESEL:44051401359.", "4405\u200b1401359",
             "４４０５１４０１３５９", "**44051401359**"]
)  # fmt: skip
def test_a_pesel_is_found_however_it_is_typed(text: str) -> None:
    assert len(found(rules.pesels, text)) == 1


@pytest.mark.parametrize("text", ["44051401358", "44151401352", "440514013591", "00000000000", "0944051401359"])
def test_eleven_digits_that_are_no_pesel_are_left_alone(text: str) -> None:
    assert not found(rules.pesels, text)


@CALM
@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.integers(0, 9999))
def test_every_pesel_of_two_centuries_is_found_and_one_wrong_digit_spoils_it(born: date, serial: int) -> None:
    month = born.month + (20 if born.year >= 2000 else 0)
    body = f"{born.year % 100:02d}{month:02d}{born.day:02d}{serial:04d}"
    total = sum(weight * int(digit) for weight, digit in zip((1, 3, 7, 9) * 3, body, strict=False))
    check = -total % 10
    assert rules.is_pesel(f"{body}{check}")
    assert not rules.is_pesel(f"{body}{(check + 1) % 10}")


@pytest.mark.parametrize(
    "text",
    ["61109010140000071219812874", "PL61 1090 1014 0000 0712 1981 2874", "61 1090-1014-0000-0712-1981-2874",
     "DE89370400440532013000"],
)  # fmt: skip
def test_an_account_number_is_found_in_every_spelling(text: str) -> None:
    assert len(found(rules.accounts, f"Wpłaty na {text}, dziękujemy")) == 1


def test_a_wrong_account_number_and_the_managers_own_are_left_alone() -> None:
    assert not found(rules.accounts, "61 1090 1014 0000 0712 1981 2875")
    own = {"61109010140000071219812874"}
    assert not found(lambda text: rules.accounts(text, own), "PL61 1090 1014 0000 0712 1981 2874")


@pytest.mark.parametrize(
    "text", ["601 234 567", "601-234-567", "+48601234567", "0048 601 234 567", "(22) 621 12 34", "22.621.12.34",
             "601\u00a0234\u00a0567", "+380 44 279 12 34"]
)  # fmt: skip
def test_a_telephone_number_is_found_in_every_spelling(text: str) -> None:
    assert len(found(rules.phones, f"tel. {text}.")) == 1


@pytest.mark.parametrize(
    "text", ["112", "REGON 123456785", "NIP 5260250274", "601 234 567,00 zł", "1.12.2026 18:00", "2026-11-21 18",
             "800 190 590", "12345678"]
)  # fmt: skip
def test_other_numbers_are_no_telephones(text: str) -> None:
    assert not found(rules.phones, text)


@pytest.mark.parametrize(
    "text",
    ["Lokal 12 zalega 300 zł", "lokal 12 zalega 300 zł", "mieszkanie nr 5: 345,20 zł", "Lipowa 3/12 – zaległość",
     "Dłużnikiem jest mieszkanie 7", "m. 4 nie płaci od maja", "Mieszkanie 9. Zaległość: 300 zł",
     "Wobec lok. 3 wszczęto windykację", "Nr lokalu | Saldo\n---|---\n12 | 300,00", "Lokal;Zaległość\n12;300,00"],
)  # fmt: skip
def test_a_flat_with_a_debt_is_found_in_a_sentence_and_in_a_table(text: str) -> None:
    assert found(rules.debts, text)


@pytest.mark.parametrize(
    "text",
    ["Opłata za mieszkanie 5 zł", "Zebranie w lokalu 3 o 18.00", "Stawka 5,20 zł za lokal, 2 zł od osoby",
     "Faktura 3/2026 jest niezapłacona", "Kto zalega z opłatami, niech zapłaci do 10 grudnia.",
     "Zebranie w lokalu 3. Bilet kosztuje 20 zł", "W lokalu 3 zmieniono wodomierz.\n\nZaległości spłać do maja."],
)  # fmt: skip
def test_flats_and_money_that_have_nothing_to_do_with_each_other_are_left_alone(text: str) -> None:
    assert not found(rules.debts, text)


@pytest.mark.parametrize(
    "text",
    ["Jan Kowalski", "JAN KOWALSKI", "Kowalski, Jan", "z Janem Kowalskim", "Annie Kowalskiej", "Łucji Żak",
     "Agnieszce Wilczek", "Piotra Marca", "Ewie Gołąb", "Wojciechowi Stępniowi", "Pawłem Kozłem", "Ewie Ziębie",
     "Jadwidze Kot", "Krzysztofowi Sikorze", "Andrzejowi Dudkowi", "Tomasza Wróbla", "Robertowi Sroce",
     "p. Kowalskiego", "państwo Kowalscy", "J. Kowalski", "pani Anna\nKowalska", "Zieba-Nowak Ewa"],
)  # fmt: skip
def test_a_resident_is_found_in_every_case(text: str) -> None:
    assert named(f"W sprawie: {text} będzie zebranie.")


@pytest.mark.parametrize(
    "text",
    ["Jan Nowicki", "kot Jadwigi zginął", "w maju róża zakwitła", "Kowalski idzie", "Ulica Jana Pawła II", "Piotr. Ewa",
     "Anna Dudek", "Sroka i Wróbel to ptaki"],
)  # fmt: skip
def test_a_name_that_is_nobodys_here_is_left_alone(text: str) -> None:
    assert not named(text)


def test_what_is_kept_of_a_finding_cannot_be_read_back() -> None:
    assert rules.masked("44051401359") == "•••••••••59"
    assert rules.masked("+48 601 234 567") == "+•• ••• ••• •67"
    assert rules.masked("Jan Kowalski") == "J•• K•••••••"
    assert rules.masked("Lokal 12") == "L•••• 12"


@CALM
@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_guard(text: str) -> None:
    shown = rules.plain(text)
    for search in (rules.pesels, rules.accounts, rules.phones, rules.debts):
        for start, end in search(shown):
            one = rules.located(rules.PESEL, "Treść", shown, (start, end))
            assert one.found in shown and one.masked is not None
    assert len(rules.folded(shown)) == len(shown)
    named(text)


@pytest.mark.parametrize(
    "crooked", ["1" * 50_000, "1 " * 25_000, "(" * 50_000, "lokal 1 zalega " * 5_000, "a-" * 25_000]
)
def test_a_long_crooked_text_is_looked_through_in_a_moment(crooked: str) -> None:
    import time

    began = time.process_time()
    shown = rules.plain(crooked)
    for search in (rules.pesels, rules.accounts, rules.phones, rules.debts):
        list(search(shown))
    names.words(shown)
    assert time.process_time() - began < 5  # a pattern that backtracks would take minutes


def test_a_finding_shows_the_words_around_it_within_its_line_and_whole() -> None:
    text = rules.plain("Pierwszy wiersz\n" + "słowo " * 30 + "44051401359" + " koniec" * 30 + "\nOstatni")
    [span] = rules.pesels(text)
    one = rules.located(rules.PESEL, "Treść", text, span)
    assert one.place == "Treść, wiersz 2" and one.found == "44051401359"
    assert one.before.startswith("…słowo ") and one.after.endswith("koniec…")
    assert "Pierwszy" not in one.excerpt and "Ostatni" not in one.excerpt


def test_of_a_flat_with_a_debt_the_number_is_not_kept() -> None:
    text = rules.plain("Mieszkanie nr 12 zalega 300 zł")
    [span] = rules.debts(text)
    assert rules.located(rules.DEBT, "Treść", text, span).masked == "Mieszkanie nr ••"
