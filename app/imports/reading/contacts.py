"""E-mail addresses and telephone numbers: what cannot be read is left out with a warning."""

from __future__ import annotations

import re
from functools import lru_cache

from app.imports.reading.findings import Doubtful

EMAIL = re.compile(
    r"(?=.{1,254}\Z)(?=[^@]{1,64}@)"
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:[a-z]{2,63}|xn--[a-z0-9-]{2,59})"
)
SEVERAL_EMAILS = re.compile(r"[;,\s]+")
SEVERAL_PHONES = re.compile(r"[;,]|\s/\s|\blub\b")


def email(cell: str) -> str:
    """The address in lower case. Of several the first is taken, with a warning."""
    address = cell.lower().removeprefix("mailto:")
    if EMAIL.fullmatch(address):
        return address
    parts = [part for part in SEVERAL_EMAILS.split(address) if part]
    if len(parts) > 1 and all(EMAIL.fullmatch(part) for part in parts):
        raise Doubtful("emails-several", instead=parts[0], taken=parts[0])
    raise Doubtful("email")


def phone(cell: str) -> str:
    """The number in E.164, Polish unless it says otherwise. Of several the first is taken, with a warning."""
    known = dialled(cell)
    if known:
        return known
    parts = [part.strip() for part in SEVERAL_PHONES.split(cell) if part.strip()]
    if len(parts) > 1:
        first = dialled(parts[0])
        if first:
            raise Doubtful("phones-several", instead=first, taken=first)
    raise Doubtful("phone")


@lru_cache(maxsize=4096)
def dialled(cell: str) -> str | None:
    """`cell` as a number in E.164, or None if no such number can exist."""
    # Metadata of all countries takes 60 ms to load, and most packages are read without one odd number.
    import phonenumbers

    try:
        number = phonenumbers.parse(cell, "PL")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
