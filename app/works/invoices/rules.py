"""Sums, numbers and states of an invoice."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from app.core.checksums import is_nrb
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.money import money
from app.core.texts import line
from app.works.rules import checked_nip

KINDS = {
    "invoice": _l("faktura"),
    "bill": _l("rachunek"),
    "receipt": _l("paragon"),
    "note": _l("nota"),
}
STATES = {
    "new": _l("nowa"),
    "checked": _l("sprawdzona"),
    "accepted": _l("zaakceptowana"),
    "refused": _l("odrzucona"),
    "paid": _l("zapłacona"),
}
#: From which state to which; an accepted one may still be refused until it is paid.
MOVES: dict[str, tuple[str, ...]] = {
    "new": ("checked", "accepted", "refused"),
    "checked": ("accepted", "refused"),
    "accepted": ("paid", "refused"),
    "refused": ("new",),
    "paid": (),
}
MOVED = {
    "new": _l("Przyjmij ponownie do sprawdzenia"),
    "checked": _l("Oznacz jako sprawdzoną"),
    "accepted": _l("Zaakceptuj"),
    "refused": _l("Odrzuć"),
    "paid": _l("Oznacz jako zapłaconą"),
}
CATEGORIES = {
    "works": _l("roboty budowlane"),
    "materials": _l("materiały"),
    "equipment": _l("sprzęt i rusztowania"),
    "design": _l("projekt"),
    "supervision": _l("nadzór"),
    "fees": _l("opłaty i pozwolenia"),
    "other": _l("inne"),
}
LONGEST = {"seller": 200, "number": 80, "contract": 200, "reason": 500}
_AMOUNT = re.compile(r"^\d{1,10}([.,]\d{1,2})?$", re.ASCII)
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


@dataclass(frozen=True, slots=True)
class Facts:
    """What an invoice says, checked; sums in grosze. `net` and `vat` are None where a paper names only the sum."""

    kind: str
    seller: str
    nip: str
    number: str
    issued_on: date
    net: int | None
    vat: int | None
    gross: int
    due_on: date | None
    account: str
    category: str
    contract: str


def parsed_amount(typed: str | None, field: str) -> int | None:
    """`1 234,5` → 123450 grosze, None when empty. Raises `Refused` for anything that is no plain sum."""
    plain = _SPACES.sub("", (typed or "")[:60]).removesuffix("zł").removesuffix("PLN")
    if not plain:
        return None
    if not _AMOUNT.match(plain):
        raise Refused(_("Podaj kwotę w złotych, np. 1234,56."), field=field)
    whole, _dot, rest = plain.replace(",", ".").partition(".")
    return int(whole) * 100 + int(f"{rest}00"[:2] or 0)


def checked_sums(net: str | None, vat: str | None, gross: str | None) -> tuple[int | None, int | None, int]:
    """Net, tax and sum as typed; what is left out is reckoned where two are known. Raises `Refused` with the field."""
    one, two, three = parsed_amount(net, "net"), parsed_amount(vat, "vat"), parsed_amount(gross, "gross")
    if three is None and one is not None and two is not None:
        three = one + two
    if three is None:
        raise Refused(_("Podaj kwotę do zapłaty (brutto)."), field="gross")
    if one is None and two is not None and two <= three:
        one = three - two
    elif two is None and one is not None and one <= three:
        two = three - one
    return one, two, three


def does_not_add_up(net: int | None, vat: int | None, gross: int) -> str | None:
    """The question to ask when net and tax are not the sum; None when they are, or are not known."""
    if net is None or vat is None or net + vat == gross:
        return None
    return _(
        "Netto %(net)s i VAT %(vat)s dają razem %(sum)s, a brutto to %(gross)s. Czy tak jest na dokumencie?",
        net=money(net), vat=money(vat), sum=money(net + vat), gross=money(gross),
    )  # fmt: skip


def checked_account(typed: str | None) -> str:
    """A bank account (NRB) as 26 digits, or nothing. Raises `Refused` on field `account`."""
    number = "".join(sign for sign in (typed or "")[:60].upper() if sign not in " -\u00a0\t").removeprefix("PL")
    if not number:
        return ""
    if not (number.isascii() and number.isdigit() and len(number) == 26):
        raise Refused(_("Numer rachunku ma 26 cyfr."), field="account")
    if not is_nrb(number):
        raise Refused(_("W numerze rachunku jest pomyłka: nie zgadzają się cyfry kontrolne."), field="account")
    return number


def seller_nip(typed: str | None) -> str:
    """The seller's tax number, or nothing. Raises `Refused` on field `nip`."""
    try:
        return checked_nip((typed or "")[:40])
    except Refused as refusal:
        raise Refused(refusal.message, field="nip") from None


def checked_text(typed: str | None, field: str, missing: str = "") -> str:
    return line(typed, field, LONGEST[field], missing=missing)


def key(text: str) -> str:
    """By what two spellings of a seller or number are the same: letters and digits only."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def seller_key(seller: str, nip: str) -> str:
    """Sellers are the same by their tax number, failing that by name."""
    return nip or key(seller)


def may_move(state: str, to: str) -> bool:
    return to in MOVES.get(state, ())


def readable_account(number: str) -> str:
    """`26` digits in groups, as people compare them."""
    return f"{number[:2]} {' '.join(number[place : place + 4] for place in range(2, 26, 4))}" if number else ""
