"""What a manager may set about its portal, and what follows from it."""

from __future__ import annotations

import re
from typing import Any

from app.core.checksums import is_nip, is_nrb
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.gateways.mime import BadAddress, checked_address
from app.office import colours

LOCALES = ("pl", "en", "uk")
IDLE_MINUTES = range(5, 241)
KINDS: dict[str, Any] = {
    "cooperative": _l("Spółdzielnia mieszkaniowa"),
    "association": _l("Wspólnota mieszkaniowa"),
    "agency": _l("Firma zarządzająca nieruchomościami"),
}
LENGTHS = {
    "name": 200,
    "short_name": 40,
    "email": 255,
    "phone": 40,
    "street_line": 120,
    "city_line": 120,
    "hours": 500,
    "emergency": 40,
}
CONTRAST = colours.AA
DEFAULT_ACCENT = "#1f6650"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_PHONE = re.compile(r"[+0-9][0-9 ()./-]{1,38}[0-9)]|[0-9]{3}")


def checked_accent(text: str | None) -> str:
    """A colour as `#rrggbb`; anything else becomes the default."""
    return text.lower() if text and _COLOUR.fullmatch(text) else DEFAULT_ACCENT


def theme(accent: str) -> str:
    """The manager's style sheet: one accent, from which the design system derives the rest."""
    return f":root {{ --accent: {checked_accent(accent)}; }}\n"


_SHORT = {
    "spółdzielnia mieszkaniowa": "SM",
    "wspólnota mieszkaniowa": "WM",
    "towarzystwo budownictwa społecznego": "TBS",
}


def short_name(name: str) -> str:
    """A name short enough for the head of a page on a phone: `SM „Słoneczna”`."""
    for long, short in _SHORT.items():
        if name.lower().startswith(long):
            return f"{short}{name[len(long) :]}"
    return name


def contrast_with_white(colour: str) -> float:
    """WCAG contrast of `#rrggbb` with white, from 1.0 to 21.0."""
    return colours.contrast(colour, "#ffffff")


def chosen_accent(text: str) -> str:
    """A colour that somebody chose. Raises `Refused` when it is none, or too pale for text."""
    colour = text.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise Refused(_("Podaj kolor jako # i sześć cyfr szesnastkowych, np. #1f6650."), field="accent")
    if contrast_with_white(colour) < CONTRAST:
        raise Refused(_("Ten kolor jest zbyt jasny: biały napis na nim byłby nieczytelny."), field="accent")
    worst = min(colours.pairs(colour), key=lambda pair: pair.ratio)
    if worst.ratio < CONTRAST:
        raise Refused(
            _("Ten kolor ukryłby tekst (%(what)s, %(where)s).", what=str(worst.label), where=str(worst.scheme)),
            field="accent",
        )
    return colour


def checked_text(field: str, value: str | None) -> str | None:
    """Text in its normal form; None when empty. Raises `Refused` when too long, or for an empty name."""
    text = without_controls(value or "", field).strip()
    if field != "hours":
        text = " ".join(text.split())
    if not text:
        if field == "name":
            raise Refused(_("Nazwa nie może być pusta."), field=field)
        return None
    if len(text) > LENGTHS[field]:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=LENGTHS[field]), field=field)
    if field == "email":
        return checked_email(text, field)
    if field in ("phone", "emergency") and not _PHONE.fullmatch(text):
        raise Refused(_("Podaj numer telefonu, np. 76 123 45 67."), field=field)
    return text


def without_controls(text: str, field: str) -> str:
    """Text with `\\n` line ends. Raises `Refused` for characters that nobody types, such as an escape."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROLS.search(text):
        raise Refused(_("W tym tekście są znaki sterujące. Wpisz go jeszcze raz."), field=field)
    return text


def checked_email(text: str, field: str) -> str:
    """An address that mail can be sent to. Raises `Refused`."""
    try:
        checked_address(text)
    except BadAddress:
        raise Refused(_("To nie jest adres e-mail."), field=field) from None
    if "." not in text.rpartition("@")[2]:
        raise Refused(_("To nie jest adres e-mail."), field=field)
    return text


def checked_kind(value: str) -> str:
    """A kind of manager. Raises `Refused`."""
    if value not in KINDS:
        raise Refused(_("Wybierz jedną z podanych możliwości."), field="kind")
    return value


def checked_bank_account(value: str | None) -> str | None:
    """An account number (NRB) as 26 digits; None when empty. Raises `Refused` when its check digits are wrong."""
    number = re.sub(r"[\s-]", "", value or "").upper().removeprefix("PL")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) == 26):
        raise Refused(_("Numer rachunku ma 26 cyfr."), field="bank_account")
    if not is_nrb(number):
        raise Refused(_("W numerze rachunku jest pomyłka: nie zgadzają się cyfry kontrolne."), field="bank_account")
    return number


def checked_nip(value: str | None) -> str | None:
    """A tax number (NIP) as ten digits; None when empty. Raises `Refused` when its check digit is wrong."""
    number = re.sub(r"[\s-]", "", value or "").upper().removeprefix("PL")
    if not number:
        return None
    if not (number.isascii() and number.isdigit() and len(number) == 10):
        raise Refused(_("NIP ma 10 cyfr."), field="nip")
    if not is_nip(number):
        raise Refused(_("W numerze NIP jest pomyłka: nie zgadza się cyfra kontrolna."), field="nip")
    return number


def checked_locale(value: str) -> str:
    if value not in LOCALES:
        raise Refused(_("Nie ma takiego języka."), field="locale")
    return value


def checked_idle(value: int) -> int:
    """Minutes of idleness after which a session ends."""
    if value not in IDLE_MINUTES:
        raise Refused(_("Czas bezczynności może wynosić od 5 do 240 minut."), field="idle_minutes")
    return value
