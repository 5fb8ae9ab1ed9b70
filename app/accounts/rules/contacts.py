"""What a phone number may be, and how much of an address a stranger may be shown."""

from __future__ import annotations

import phonenumbers

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.phones import HOME

_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def checked_phone(typed: str | None) -> str | None:
    """A mobile number in E.164 (`+48601234567`), None when empty. Raises `Refused` on field `phone`."""
    text = (typed or "").strip()
    if not text:
        return None
    try:
        found = phonenumbers.parse(text, HOME) if len(text) <= 40 and text.isprintable() else None
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found):
        raise Refused(_("Podaj numer telefonu, na przykład 601 234 567."), field="phone")
    if phonenumbers.number_type(found) not in _MOBILE:
        raise Refused(_("Podaj numer komórkowy: wyślemy na niego SMS z kodem."), field="phone")
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))
