"""Telephone numbers as people write them."""

from __future__ import annotations

import phonenumbers

HOME = "PL"  # whose numbers need no prefix


def readable_phone(number: str | None) -> str | None:
    """A stored number as people write it: `+48 601 234 567`; what is no number stays as it is."""
    if not number:
        return None
    try:
        found = phonenumbers.parse(number, HOME)
    except phonenumbers.NumberParseException:
        return number
    if not phonenumbers.is_possible_number(found):
        return number
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
