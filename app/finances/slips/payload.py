"""The payment code of Polish banks: the recommendation “Standard 2D” of the Polish Bank Association (ZBP), v1.0, 2013.

Nine fields between eight bars: NIP | PL | NRB | amount in grosze | recipient | title | three reserves.
"""

from __future__ import annotations

import re

import segno

RECIPIENT, TITLE, WHOLE = 20, 32, 160
_SPOILS = re.compile(r"[^A-Za-z0-9ĄĆĘŁŃÓŚŹŻąćęłńóśźż ,./\\\-@#&*_]")


def payload(nip: str | None, account: str, grosze: int, recipient: str, title: str) -> str:
    """What the code says. `account` is 26 digits; `grosze` 0 lets the payer type the amount, any other is fixed.

    An amount has six digits and grows beyond 9 999,99 zł: a cut one would be another amount. A recipient without a
    NIP is written as a private person. Raises `ValueError` for an account or amount that is none.
    """
    if not re.fullmatch(r"[0-9]{26}", account) or grosze < 0:
        raise ValueError("an account has 26 digits, an amount is not negative")
    name, about = clean(recipient, RECIPIENT), clean(title, TITLE)
    made = f"{nip or ''}|PL|{account}|{grosze:06d}|{name}|{about}|||"
    if len(made) > WHOLE:
        raise ValueError("the code would be longer than banks read")
    return made


def clean(text: str, most: int) -> str:
    """Text in the signs that banks read, at most so many of them (code points, not bytes); others become a space."""
    return " ".join(_SPOILS.sub(" ", text).split())[:most].rstrip()


def picture(said: str, label: str) -> str:
    """The code as SVG for a page, error correction L, with the quiet zone of four modules that scanners need."""
    code = segno.make_qr(said, encoding="utf-8", error="l", boost_error=False)
    return code.svg_inline(border=4, omitsize=True, title=label, svgclass="qr", lineclass=None, light="#fff")
