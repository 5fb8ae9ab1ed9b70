"""The confirmation of balance (potwierdzenie salda) on paper: the figures, and how anybody can check that they are
ours."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import segno
from babel.dates import format_date

from app.accounts.holdings import HeldUnit
from app.core.clock import local
from app.core.language import gettext as _
from app.core.language import language
from app.core.links import external
from app.core.money import amount, money
from app.finances.commands.confirming import VALID
from app.finances.queries.confirmations import Confirmation
from app.gateways import pdf
from app.office.letterhead import letterhead
from app.office.queries import profile

TEMPLATE = Path(__file__).resolve().parent / "print" / "confirmation.typ"
CHECK = "/verify"


def paper(confirmed: Confirmation, unit: HeldUnit, holder: str) -> bytes:
    """One A4 page for the holder of a unit. Raises `CannotPrint`."""
    data = {
        "office": letterhead(profile()),
        "lang": language(),
        "page": _("Strona"),
        "of": _("z"),
        "title": _("Potwierdzenie salda"),
        "lead": _("na dzień %(day)s", day=format_date(confirmed.on_day, "d MMMM y", locale=language())),
        "facts": _facts(confirmed, unit, holder),
        "sum": money(abs(confirmed.balance)),
        "word": balance_word(confirmed.balance),
        "parts_title": _("Z czego się składa"),
        "parts_heads": [_("Konto"), _("Saldo (zł)")],
        "parts": [[label, amount(grosze)] for label, grosze in confirmed.parts],
        "parts_total": [_("Razem"), amount(confirmed.balance)],
        "parts_note": _("Kwota bez znaku to zaległość, z minusem – nadpłata."),
        "check_title": _("Sprawdź to potwierdzenie"),
        "check": _(
            "Każdy, komu je pokażesz, może sprawdzić kwotę i dzień. Wystarczy otworzyć stronę i wpisać kod. "
            "Strona nie podaje żadnych nazwisk."
        ),
        "url": external(CHECK),
        "code_label": _("Kod"),
        "code": readable_code(confirmed.code),
        "valid": _("Kod działa do %(day)s.", day=f"{valid_until(confirmed):%d.%m.%Y}"),
        "qr": segno.make(external(CHECK), error="m").svg_inline(border=0),
        "qr_alt": _("Kod QR z adresem strony do sprawdzania"),
        "small": _(
            "Potwierdzenie opisuje stan ksiąg zarządcy z chwili wystawienia. Wpłaty, których bank lub księgowość "
            "jeszcze nie przekazały, nie są w nim ujęte."
        ),
    }
    return pdf.render(TEMPLATE, data)


def readable_code(code: str) -> str:
    """`7KQPM3XA9RTD` → `7KQP-M3XA-9RTD`, as it is typed."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def valid_until(confirmed: Confirmation) -> date:
    """The last day (Europe/Warsaw) on which the code counts."""
    return local(confirmed.issued_at + VALID).date()


def balance_word(grosze: int) -> str:
    """What a balance is, in a word and a half."""
    if grosze > 0:
        return _("zaległość – do zapłaty")
    return _("nadpłata – nic do zapłaty") if grosze < 0 else _("rozliczone – nic do zapłaty")


def part_of(code: str) -> str:
    """A unit's code as strangers may see it: the last signs, at most three and less than half."""
    shown = min(3, max(1, (len(code) - 1) // 2))
    return "•" * (len(code) - shown) + code[-shown:]


def _facts(confirmed: Confirmation, unit: HeldUnit, holder: str) -> list[list[Any]]:
    return [
        [_("Wystawione dla"), holder],
        [_("Lokal"), unit.address_line],
        [_("Kod lokalu"), unit.code],
        [_("Stan ksiąg"), f"{local(confirmed.as_of):%d.%m.%Y, %H:%M}"],
        [_("Numer danych"), str(confirmed.revision)],
        [_("Wystawiono"), f"{local(confirmed.issued_at):%d.%m.%Y, %H:%M}"],
    ]
