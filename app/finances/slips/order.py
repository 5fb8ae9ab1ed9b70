"""What a slip says, without a database: amounts that people type, titles, and the data of a payment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.core.errors import Refused
from app.core.language import gettext as _
from app.finances.slips.payload import RECIPIENT, TITLE, clean

WAYS = ("balance", "charge", "own", "open")
MOST_CELLS = 12
_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?")
_CURRENCY = re.compile(r"(?i)\s*(zł|pln)\s*$")


@dataclass(frozen=True, slots=True)
class Order:
    """One payment: to whom, on which account (26 digits), how much in grosze (None: the payer writes it), what for.

    `nip` is the recipient's ten digits or None. `code_recipient` and `code_title` are for the payment code, which has
    room for 20 and 32 signs.
    """

    recipient: str
    recipient_address: str
    nip: str | None
    account: str
    grosze: int | None
    title: str
    code_title: str
    code_recipient: str


@dataclass(frozen=True, slots=True)
class Sender:
    """Who pays, as it stands on the slip."""

    name: str
    address: str


def typed_amount(typed: str) -> int:
    """`1 048,21`, `1048.21 zł` or `1048` in grosze. Raises `Refused` on field `amount`."""
    plain = re.sub(r"[\s\u00a0\u202f]", "", _CURRENCY.sub("", typed.strip()))
    if not plain:
        raise Refused(_("Podaj kwotę, którą chcesz wpłacić, na przykład 250,00."), field="amount")
    found = _AMOUNT.fullmatch(plain)
    if found is None:
        raise Refused(_("Podaj kwotę w złotych, z groszami po przecinku, na przykład 250,00."), field="amount")
    grosze = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    if grosze == 0:
        raise Refused(_("Kwota musi być większa od zera."), field="amount")
    return grosze


def written(grosze: int) -> str:
    """The amount as it is written into the cells of a form: `104821` → `1048,21`."""
    return f"{grosze // 100},{grosze % 100:02d}"


def cells(grosze: int | None) -> str:
    """Twelve signs for the twelve cells; what an amount leaves free is filled, so that nobody adds a digit."""
    return written(grosze).ljust(MOST_CELLS, "-")[:MOST_CELLS] if grosze is not None else " " * MOST_CELLS


def titles(code: str, period: str | None) -> tuple[str, str]:
    """The title of a payment for a unit (of one month, as `2026-11`), and the same for the payment code.

    The code has room for 32 signs: the month goes first, then the words; the unit's code is what may not go. Always in
    Polish: the manager's accountants read it.
    """
    full = f"Opłaty za lokal {code}"
    about = f"{full} za {period[5:7]}/{period[:4]}" if period else full
    for candidate in (about, full, f"Lokal {code}"):
        if len(candidate) <= TITLE:
            return about, candidate
    return about, code[-TITLE:]


def name_for_code(name: str, short_name: str) -> str:
    """The recipient's name where there is room for 20 signs: the short one rather than a part of the full one."""
    return name if len(clean(name, len(name))) <= RECIPIENT else short_name
