"""Kinds of cells: pure functions from the text of a cell to the text that PostgreSQL takes for it.

Each parser gets text that is neither empty nor padded with white space, and returns canonical text
(money in whole grosze, dates in ISO form); "" stands for nothing. It raises `Unreadable` for what must
not enter the books and `Doubtful` for what is accepted with a warning.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal

from app.core.checksums import is_nrb
from app.imports.reading.contacts import email, phone
from app.imports.reading.findings import Doubtful, Unreadable

__all__ = [
    "MAX_GROSZE",
    "account_number",
    "area",
    "choice",
    "code",
    "date",
    "decimal",
    "email",
    "fold",
    "grosze",
    "integer",
    "period",
    "phone",
    "postcode",
    "share",
    "text",
    "tidy",
    "yes_no",
]

Parser = Callable[[str], str]

MAX_GROSZE = 10**12
FIRST_YEAR, LAST_YEAR = 1900, 2200
MINUS = "\u2212"
#: Blanks that group digits: space, no-break, figure, punctuation, thin and narrow no-break space.
GROUPING = " \xa0\u2007\u2008\u2009\u202f"

NUMBER = re.compile(rf"([+-]?)((?:[0-9]+|[0-9]{{1,3}}(?:[{GROUPING}][0-9]{{3}})+))(?:[.,]([0-9]+))?")
EXPONENT = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")
BARE_NUMBER = re.compile(r"[0-9]{5,6}(?:[.,][0-9]+)?")
DATE = re.compile(
    r"(?:([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{1,2})([.-])([0-9]{1,2})\5([0-9]{4}))"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
PERIOD = re.compile(
    r"(?:([0-9]{4})[-./]([0-9]{1,2})|([0-9]{1,2})[-./]([0-9]{4})|([0-9]{4})-([0-9]{2})-01(?:[ T]00:00:00)?)"
)
FRACTION = re.compile(r"([0-9]{1,12}) ?/ ?([0-9]{1,12})")
BLANKS = re.compile(r"[\t\n\v\f\r\x85\xa0\u2007\u202f\u2028\u2029]+")
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
INVISIBLE = re.compile(r"[\xad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
#: What spreadsheets show in place of a value, in English and in Polish.
CELL_ERRORS = frozenset(
    [
        "#REF!",
        "#N/A",
        "#DIV/0!",
        "#VALUE!",
        "#NAME?",
        "#NUM!",
        "#NULL!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
        "#ADR!",
        "#N/D!",
        "#N/D",
        "#DZIEL/0!",
        "#ARG!",
        "#NAZWA?",
        "#LICZBA!",
        "#ZERO!",
    ]
)


def fold(words: str) -> str:
    """Letters and digits of `words` in lower case without diacritics: how names are compared."""
    plain = unicodedata.normalize("NFKD", words.casefold().replace("ł", "l"))
    return "".join(sign for sign in plain if sign.isalnum())


def tidy(raw: str) -> str:
    """`raw` in NFC, without outer white space; line breaks, tabs and hard spaces become one space."""
    if raw.isascii():
        cell = raw.strip()
        return BLANKS.sub(" ", cell) if not cell.isprintable() else cell
    return BLANKS.sub(" ", unicodedata.normalize("NFC", raw)).strip(" \ufeff\u200b\u3000\u2009")


def text(max_length: int) -> Parser:
    """Free text. Control characters are dropped with a warning."""

    def parse(cell: str) -> str:
        if cell in CELL_ERRORS:
            raise Unreadable("cell-error")
        if CONTROLS.search(cell):
            clean = parse(CONTROLS.sub("", cell).strip())
            raise Doubtful("control-characters-dropped", instead=clean)
        if len(cell) > max_length:
            raise Unreadable("too-long", limit=max_length, length=len(cell))
        return cell

    return parse


def code(max_length: int) -> Parser:
    """A key of the books. Nothing in it is changed but white space and invisible signs."""

    def parse(cell: str) -> str:
        if cell in CELL_ERRORS:
            raise Unreadable("cell-error")
        if CONTROLS.search(cell):
            raise Unreadable("control-characters")
        if EXPONENT.fullmatch(cell):
            raise Unreadable("digits-lost")
        clean = INVISIBLE.sub("", cell).strip()
        if not clean:
            raise Unreadable("control-characters")
        if len(clean) > max_length:
            raise Unreadable("too-long", limit=max_length, length=len(clean))
        return clean

    return parse


def number(cell: str, wrong: str) -> tuple[bool, str, str]:
    """Sign, whole digits and decimals of a number in any of the accepted forms.

    Raises Unreadable(wrong) for anything else: letters, exponents, digits of other scripts, `1_000`.
    """
    if cell in CELL_ERRORS:
        raise Unreadable("cell-error")
    found = NUMBER.fullmatch(cell.replace(MINUS, "-", 1))
    if found is None:
        raise Unreadable(wrong)
    sign, whole, decimals = found.groups()
    for blank in GROUPING:
        whole = whole.replace(blank, "")
    return sign == "-", whole.lstrip("0") or "0", decimals or ""


def grosze(*, signed: bool = False) -> Parser:
    """An amount in złoty with at most two decimals, as whole grosze up to 10^12.

    Unless `signed`, a negative amount is refused; minus zero is zero.
    """

    def parse(cell: str) -> str:
        negative, whole, decimals = number(cell, "amount")
        if len(decimals) > 2:
            if decimals[2:].strip("0"):
                raise Unreadable("amount-decimals")
            decimals = decimals[:2]
        if len(whole) > 11:
            raise Unreadable("amount-too-large")
        worth = int(whole + decimals.ljust(2, "0"))
        if worth > MAX_GROSZE:
            raise Unreadable("amount-too-large")
        if negative and worth:
            if not signed:
                raise Unreadable("amount-negative")
            return f"-{worth}"
        return str(worth)

    return parse


def area(cell: str) -> str:
    """Square metres with two decimals, below a million. Finer figures are rounded with a warning."""
    negative, whole, decimals = number(cell, "area")
    if negative and (whole + decimals).strip("0"):
        raise Unreadable("area-negative")
    if len(whole) > 6:
        raise Unreadable("area-too-large")
    exact = Decimal(f"{whole}.{decimals or '0'}")
    rounded = f"{exact:.2f}"
    if Decimal(rounded) != exact:
        raise Doubtful("area-rounded", instead=rounded, rounded=rounded.replace(".", ","))
    return rounded


def decimal(places: int, whole_digits: int = 9, *, signed: bool = False) -> Parser:
    """A number with at most `places` decimals. Finer figures are rounded with a warning.

    Unless `signed`, a negative number is refused.
    """

    def parse(cell: str) -> str:
        negative, whole, decimals = number(cell, "number")
        if len(whole) > whole_digits:
            raise Unreadable("number-too-large")
        exact = Decimal(f"{'-' if negative else ''}{whole}.{decimals or '0'}")
        if negative and exact and not signed:
            raise Unreadable("number-negative")
        rounded = f"{exact if exact else abs(exact):.{places}f}"
        if Decimal(rounded) != exact:
            raise Doubtful("number-rounded", instead=rounded, rounded=rounded.replace(".", ","))
        return rounded

    return parse


def integer(most: int) -> Parser:
    """A whole number from 0 to `most`."""

    def parse(cell: str) -> str:
        negative, whole, decimals = number(cell, "integer")
        if decimals.strip("0"):
            raise Unreadable("integer")
        if (negative and whole != "0") or len(whole) > len(str(most)) or int(whole) > most:
            raise Unreadable("integer-range", most=most)
        return whole

    return parse


def date(cell: str) -> str:
    """A day as `2026-11-30`, `30.11.2026` or `30-11-2026`; a time of day after it is dropped."""
    found = DATE.fullmatch(cell)
    if found is None:
        if cell in CELL_ERRORS:
            raise Unreadable("cell-error")
        raise Unreadable("date-as-number" if BARE_NUMBER.fullmatch(cell) else "date")
    year, month, day = found.group(1, 2, 3) if found[1] else found.group(7, 6, 4)
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise Unreadable("date-range", first=FIRST_YEAR, last=LAST_YEAR)
    try:
        return datetime.date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        raise Unreadable("date-impossible") from None


def period(cell: str) -> str:
    """A month as `2026-11`; also `11.2026`, and the first day of a month, as spreadsheets make of it."""
    found = PERIOD.fullmatch(cell)
    if found is None:
        raise Unreadable("cell-error" if cell in CELL_ERRORS else "period")
    year, month = next(pair for pair in (found.group(1, 2), found.group(4, 3), found.group(5, 6)) if pair[0])
    if not 1 <= int(month) <= 12 or not FIRST_YEAR <= int(year) <= LAST_YEAR:
        raise Unreadable("period")
    return f"{year}-{int(month):02d}"


def account_number(cell: str) -> str:
    """A Polish account number (NRB): 26 digits with right check digits; spaces and `PL` are allowed."""
    if EXPONENT.fullmatch(cell):
        raise Unreadable("account-as-number")
    digits = INVISIBLE.sub("", re.sub(rf"[{GROUPING}-]", "", cell)).upper().removeprefix("PL")
    if not (digits.isascii() and digits.isdigit()):
        raise Unreadable("cell-error" if cell in CELL_ERRORS else "account")
    if len(digits) != 26:
        raise Unreadable("account-length", length=len(digits))
    if not is_nrb(digits):
        raise Unreadable("account-check-digits")
    return digits


def choice(words: Mapping[str, str]) -> Parser:
    """One of the words of the contract, in English or Polish; the result is the English one.

    `words` maps every accepted word to its English form.
    """
    known = {fold(word): meaning for word, meaning in words.items()}
    shown = ", ".join(word for word in words if words[word] != word) or ", ".join(words)

    def parse(cell: str) -> str:
        meaning = known.get(fold(cell))
        if meaning is None:
            raise Unreadable("choice", allowed=shown)
        return meaning

    return parse


TRUE = frozenset(["tak", "t", "yes", "y", "true", "prawda", "1", "x"])
FALSE = frozenset(["nie", "n", "no", "false", "falsz", "0"])


def yes_no(cell: str) -> str:
    """`t` or `f`."""
    word = fold(cell)
    if word in TRUE:
        return "t"
    if word in FALSE:
        return "f"
    raise Unreadable("yes-no")


def share(cell: str) -> str:
    """A share in the common property, from 0 to 1: `123/10000`, or a decimal with a point."""
    fraction = FRACTION.fullmatch(cell)
    if fraction:
        above, below = int(fraction[1]), int(fraction[2])
        if not below or above > below:
            raise Unreadable("share-range")
        return f"{above}/{below}"
    negative, whole, decimals = number(cell, "share")
    decimals = decimals.rstrip("0")
    if negative or len(decimals) > 12 or Decimal(f"{whole}.{decimals or '0'}") > 1:
        raise Unreadable("share-range")
    return f"{whole}.{decimals}" if decimals else whole


def postcode(cell: str) -> str:
    """A postal code; five digits become the Polish `NN-NNN`, foreign codes stay as they are."""
    found = re.fullmatch(r"([0-9]{2})[ -]?([0-9]{3})", cell)
    return f"{found[1]}-{found[2]}" if found else text(12)(cell)
