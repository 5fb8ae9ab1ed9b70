"""Amounts in Polish words, as they stand on a transfer form."""

from __future__ import annotations

_ONES = (
    "", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć", "dziesięć", "jedenaście",
    "dwanaście", "trzynaście", "czternaście", "piętnaście", "szesnaście", "siedemnaście", "osiemnaście",
    "dziewiętnaście",
)  # fmt: skip
_TENS = (
    "", "", "dwadzieścia", "trzydzieści", "czterdzieści", "pięćdziesiąt", "sześćdziesiąt", "siedemdziesiąt",
    "osiemdziesiąt", "dziewięćdziesiąt",
)  # fmt: skip
_HUNDREDS = (
    "", "sto", "dwieście", "trzysta", "czterysta", "pięćset", "sześćset", "siedemset", "osiemset", "dziewięćset",
)  # fmt: skip
_GROUPS = (("tysiąc", "tysiące", "tysięcy"), ("milion", "miliony", "milionów"))
LARGEST = 999_999_999


def in_words(grosze: int) -> str:
    """`104821` → `tysiąc czterdzieści osiem zł 21/100`: złoty in words, grosze as a fraction, which fits one row.

    Raises `ValueError` for negative amounts and for a milliard złoty or more.
    """
    zloty, rest = divmod(grosze, 100)
    if grosze < 0 or zloty > LARGEST:
        raise ValueError("no amount that a form has room for")
    return f"{number_in_words(zloty)} zł {rest:02d}/100"


def number_in_words(number: int) -> str:
    """A whole number from 0 to 999 999 999 in words, masculine, as before “złotych”."""
    if number == 0:
        return "zero"
    millions, rest = divmod(number, 1_000_000)
    thousands, ones = divmod(rest, 1000)
    said = [_group(millions, _GROUPS[1]), _group(thousands, _GROUPS[0]), _below_thousand(ones)]
    return " ".join(part for part in said if part)


def _group(count: int, forms: tuple[str, str, str]) -> str:
    if count < 2:
        return forms[0] if count else ""
    few = count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14)
    return f"{_below_thousand(count)} {forms[1] if few else forms[2]}"


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    tens, ones = (0, rest) if rest < 20 else divmod(rest, 10)
    return " ".join(word for word in (_HUNDREDS[hundreds], _TENS[tens], _ONES[ones]) if word)
