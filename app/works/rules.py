"""What people on a site of works may be and do."""

from __future__ import annotations

import enum

from app.core.checksums import is_nip
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.texts import passage

LENGTHS = {"name": 160, "firm": 160, "phone": 40, "email": 254, "street": 160, "postcode": 12, "city": 80, "text": 4000}


class Right(enum.StrEnum):
    """What a member of a site may do beyond working in it: writing, filing, and reading what is common."""

    SEE_LETTERS = "see_letters"
    SEE_CONTACTS = "see_contacts"
    SEE_INVOICES = "see_invoices"
    INVITE = "invite"
    MANAGE = "manage"
    PUBLISH = "publish"


RIGHTS = {
    Right.SEE_LETTERS: _l("czyta także wiadomości między innymi"),
    Right.SEE_CONTACTS: _l("czyta bazę adresową"),
    Right.SEE_INVOICES: _l("widzi faktury wszystkich"),
    Right.INVITE: _l("zaprasza osoby z zewnątrz"),
    Right.MANAGE: _l("zmienia dane budowy i uczestników"),
    Right.PUBLISH: _l("udostępnia wybrane dokumenty mieszkańcom"),
}
#: Roles on a site, with the rights that they start with. An owner always has them all.
DUTIES = {
    "owner": _l("właściciel budowy"),
    "inspector": _l("inspektor nadzoru"),
    "architect": _l("architekt, projektant"),
    "manager": _l("kierownik budowy"),
    "contractor": _l("wykonawca"),
    "subcontractor": _l("podwykonawca"),
    "estimator": _l("kosztorysant"),
    "secretariat": _l("sekretariat"),
    "other": _l("inny uczestnik"),
}
OWNER = "owner"
_ALL = frozenset(Right)
STARTING: dict[str, frozenset[Right]] = {
    OWNER: _ALL,
    "inspector": frozenset({Right.SEE_LETTERS, Right.SEE_CONTACTS, Right.SEE_INVOICES}),
    "architect": frozenset({Right.SEE_CONTACTS}),
    "manager": frozenset({Right.SEE_LETTERS, Right.SEE_CONTACTS, Right.INVITE}),
    "secretariat": frozenset({Right.SEE_LETTERS, Right.SEE_CONTACTS, Right.INVITE}),
}
#: What staff of the manager may do on a site, by whether they may change works at all.
STAFF_SEES = frozenset({Right.SEE_LETTERS, Right.SEE_CONTACTS, Right.SEE_INVOICES})
STAFF_MANAGES = _ALL


def rights_of(duty: str, given: list[str]) -> frozenset[Right]:
    """The rights of a member; what is stored and unknown today gives nothing."""
    if duty == OWNER:
        return _ALL
    return frozenset(Right(one) for one in given if one in Right._value2member_map_)


def checked_duty(typed: str) -> str:
    """A role on a site. Raises `Refused` on field `duty`."""
    if typed not in DUTIES:
        raise Refused(_("Wybierz, kim ta osoba jest na budowie."), field="duty")
    return typed


def checked_rights(typed: list[str]) -> list[str]:
    """Rights as they are stored, each once and in order. Raises `Refused` on field `rights`."""
    if any(one not in Right._value2member_map_ for one in typed):
        raise Refused(_("Wybierz uprawnienia spośród podanych."), field="rights")
    return [one.value for one in Right if one.value in typed]


def block(typed: str | None, field: str, longest: int = LENGTHS["text"]) -> str:
    """A text of several lines, without what is no text. Raises `Refused`."""
    return passage(typed, field, longest)


def checked_nip(typed: str | None) -> str:
    """A tax number (NIP) as 10 digits, or nothing; its last digit proves the others. Raises `Refused`."""
    digits = "".join(sign for sign in (typed or "").upper().removeprefix("PL") if sign not in " -\u00a0")
    if not digits:
        return ""
    if not is_nip(digits):
        raise Refused(
            _("Ten NIP jest błędny: sprawdź, czy ma 10 cyfr i czy żadna się nie zmieniła."), field="invoice_nip"
        )
    return digits
