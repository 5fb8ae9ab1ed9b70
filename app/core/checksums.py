"""Numbers that prove themselves: Polish bank accounts (NRB, ISO 13616) and tax numbers (NIP)."""

from __future__ import annotations

_COUNTRY = "2521"  # PL, as digits
_NIP_WEIGHTS = (6, 5, 7, 2, 3, 4, 5, 6, 7)


def nrb(bban: str) -> str:
    """24 digits of an account with the two check digits before them."""
    return f"{98 - int(bban + _COUNTRY + '00') % 97:02d}{bban}"


def is_nrb(digits: str) -> bool:
    """Whether these are 26 digits whose check digits are right."""
    return _digits(digits, 26) and int(digits[2:] + _COUNTRY + digits[:2]) % 97 == 1


def is_nip(digits: str) -> bool:
    """Whether these are ten digits, the last of which is the weighted sum of the others modulo 11.

    A remainder of 10 is never given out.
    """
    if not _digits(digits, 10):
        return False
    return sum(weight * int(digit) for weight, digit in zip(_NIP_WEIGHTS, digits, strict=False)) % 11 == int(digits[9])


def _digits(text: str, length: int) -> bool:
    return len(text) == length and text.isascii() and text.isdigit()
