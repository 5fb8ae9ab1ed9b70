"""What every bank file is made into: statements of an account, each with its bookings. Amounts in grosze."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.core.checksums import is_nrb

#: What is kept of the bank's own words on one booking.
DETAILS_LENGTH = 2000
#: What lies outside no bank has ever booked: years, and złoty (sums of many bookings must fit in 64 bits).
FIRST_YEAR, LAST_YEAR, LARGEST = 1990, 2199, 10**12
_NRB = re.compile(r"(?<!\d)(?:PL)?((?:\d ?){26})(?!\d)")


class Unreadable(Exception):
    """A file that cannot be read: `code` names the sentence, `line` the place (from 1), `params` fill it."""

    def __init__(self, code: str, /, *, line: int | None = None, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.line = line
        self.params = params


@dataclass(frozen=True, slots=True)
class Booking:
    """One movement on the manager's account, as the bank tells it.

    `amount` is positive when the balance grew. `reversal`: it takes back an earlier one. `refs` are the bank's own
    ids, each with its kind, such as `tnr:179171073864111.010001`. `payer` is the other side's account, `target` the
    virtual account that was paid into, `mass_id` the digits of a mass payment's id, `numbers` other account numbers
    in the bank's words: 26 digits each, `payer` possibly a foreign IBAN.
    """

    amount: int
    currency: str
    value_on: date
    booked_on: date | None = None
    reversal: bool = False
    refs: tuple[str, ...] = ()
    payer: str | None = None
    name: str = ""
    title: str = ""
    target: str | None = None
    mass_id: str | None = None
    numbers: tuple[str, ...] = ()
    details: str = ""


@dataclass(slots=True)
class Statement:
    """A stretch of one account's movements. `account` is 26 digits, or what the file calls it; None in files that
    tell only virtual accounts. `final`: the bank has closed the day."""

    account: str | None
    number: str | None = None
    currency: str = "PLN"
    opening: int | None = None
    closing: int | None = None
    from_on: date | None = None
    to_on: date | None = None
    final: bool = True
    bookings: list[Booking] = field(default_factory=list)

    @property
    def balanced(self) -> bool | None:
        """Whether opening balance and bookings make the closing balance; None where one of them is not told."""
        if self.opening is None or self.closing is None:
            return None
        return self.opening + sum(booking.amount for booking in self.bookings) == self.closing


@dataclass(slots=True)
class Content:
    """What one file held: `form` such as `mt940`, `encoding` as people call it, `notes` as (code, params)."""

    name: str
    form: str
    encoding: str
    statements: list[Statement]
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


def grosze(text: str, *, line: int | None = None) -> int:
    """`1 234,56`, `1234.56`, `3675,`, `000000003655,00`, `+0,40` → grosze. Raises Unreadable."""
    plain = re.sub(r"[\s\u00a0\u202f']", "", text).replace("\u2212", "-")
    found = re.fullmatch(r"([+-]?)(\d{1,15}|\d{1,3}(?:\.\d{3})+(?=,))(?:[.,](\d{0,2})0*)?", plain)
    if not found or not plain.isascii():
        raise Unreadable("amount", line=line, value=text[:40])
    zloty = int(found[2].replace(".", ""))
    if zloty >= LARGEST:
        raise Unreadable("amount", line=line, value=text[:40])
    whole = zloty * 100 + int((found[3] or "").ljust(2, "0") or 0)
    return -whole if found[1] == "-" else whole


def day(year: str, month: str, of_month: str, *, line: int | None = None) -> date:
    """A date from its parts; two digits of a year are of this century. Raises Unreadable."""
    try:
        found = date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(of_month))
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise Unreadable("date", line=line, value=f"{year}-{month}-{of_month}")
    return found


def account_number(text: str | None) -> str | None:
    """An account as 26 digits, a foreign one as its IBAN, anything else as it stands; None for nothing.

    Check digits are not asked for: what a bank prints is its account.
    """
    plain = re.sub(r"[\s\u00a0-]", "", text or "").lstrip("/").upper()
    # Some banks put their sort code before the account, with a stroke between.
    plain = plain.rsplit("/", 1)[-1]
    if re.fullmatch(r"PL\d{26}", plain):
        return plain[2:]
    return plain[:40] or None


def numbers_in(text: str) -> tuple[str, ...]:
    """Polish accounts that a text names, in order, each once; only those whose check digits are right."""
    found = (match[1].replace(" ", "") for match in _NRB.finditer(text))
    return tuple(dict.fromkeys(number for number in found if is_nrb(number)))


def tidy(text: str) -> str:
    """One line of text without runs of spaces."""
    return " ".join(text.replace("\u02d9", " ").split())
