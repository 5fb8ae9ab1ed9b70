"""What an application for access may hold, what may happen to it, and what proves a resident."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta

import phonenumbers

from app.accounts.rules import checked_email
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

WAITING_TOO_LONG = timedelta(hours=24)
OPEN = ("new", "asked", "answered")
NAME_LENGTH, UNIT_LENGTH, NOTE_LENGTH = 60, 120, 2000

SENDS_AN_ADDRESS, SENDS_WINDOW = 20, 3600
LETTERS_A_DAY, DAY = 3, 86_400
TRIES_AN_ADDRESS, TRIES_WINDOW = 8, 3600
TRIES_AN_ACCOUNT = 5

STATES = {
    "new": _l("czeka na sprawdzenie"),
    "asked": _l("czeka na odpowiedź wnioskodawcy"),
    "answered": _l("jest odpowiedź"),
    "approved": _l("zatwierdzony"),
    "rejected": _l("odrzucony"),
    "withdrawn": _l("wycofany"),
}
# The same for the applicant, where it is about them.
STATES_TOLD = STATES | {
    "new": _l("czeka na sprawdzenie przez biuro"),
    "asked": _l("czeka na Twoją odpowiedź"),
    "answered": _l("biuro czyta Twoją odpowiedź"),
}
WAYS = {"form": _l("formularz"), "paper": _l("papier"), "facts": _l("samodzielnie")}
# A name holds no digit, slash or colon: the copy that goes out by mail must not carry anybody's advertisement.
_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-])*")
_PLACE = re.compile(r"(?:[^\W]|[ .,/()'’„”-])+")
_LINK = re.compile(r"://|www\.|\.(?:com|net|org|info|ru|cn|top|xyz)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wrote about themselves, checked. `phone` is E.164; paper may lack e-mail and phone."""

    first_name: str
    last_name: str
    role: str
    unit: str
    email: str | None
    phone: str | None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def digest(self) -> bytes:
        """The same for the same words, whatever their letter case."""
        return hashlib.sha256("\0".join((part or "").casefold() for part in astuple(self)).encode()).digest()


def checked_name(typed: str | None, field: str) -> str:
    """A first name or surname. Raises `Refused` on `field`."""
    text = _line(typed, NAME_LENGTH, field)
    if not _NAME.fullmatch(text):
        raise Refused(_("Wpisz imię i nazwisko literami, bez cyfr i innych znaków."), field=field)
    return text


def checked_unit(typed: str | None) -> str:
    """An address with the number of the unit, or the unit's code. Raises `Refused` on field `unit`."""
    text = _line(typed, UNIT_LENGTH, "unit")
    if not _PLACE.fullmatch(text) or _LINK.search(text) or not any(sign.isdigit() for sign in text):
        raise Refused(_("Podaj ulicę z numerem domu i lokalu, np. Kwiatowa 5/12, albo kod lokalu."), field="unit")
    return text


def required_email(typed: str | None) -> str:
    """An e-mail address. Raises `Refused` on field `email`, also when it is empty."""
    found = checked_email(typed)
    if found is None:
        raise Refused(_("Podaj adres e-mail."), field="email")
    return found


def checked_phone(typed: str | None) -> str | None:
    """A telephone number as E.164, None when empty; without a country it is a Polish one. Raises `Refused`."""
    text = " ".join((typed or "").split())
    if not text:
        return None
    try:
        found = phonenumbers.parse(text[:40], "PL") if len(text) <= 40 else None
    except phonenumbers.NumberParseException:
        found = None
    if found is None or not phonenumbers.is_valid_number(found):
        raise Refused(_("Tego numeru telefonu nie da się użyć. Podaj go np. tak: 601 234 567."), field="phone")
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def required_phone(typed: str | None) -> str:
    found = checked_phone(typed)
    if found is None:
        raise Refused(_("Podaj numer telefonu."), field="phone")
    return found


def checked_body(typed: str | None, field: str, empty: str) -> str:
    """A question, answer, reason or note of several lines; `empty` is the sentence for none. Raises `Refused`."""
    text = (typed or "").replace("\r\n", "\n").strip()
    if not text:
        raise Refused(empty, field=field)
    if len(text) > NOTE_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=NOTE_LENGTH), field=field)
    if any(unicodedata.category(sign)[0] == "C" and sign not in "\n\t\u200d" for sign in text):
        raise Refused(_("Ten tekst zawiera znaki, których nie można zapisać."), field=field)
    return text


def checked_signing(day: date | None, today: date) -> date:
    """The day on which a paper was signed: not in the future, not older than a year."""
    if day is None:
        raise Refused(_("Podaj datę z podpisanego wniosku."), field="signed_on")
    if day > today or day < today - timedelta(days=366):
        raise Refused(_("Data podpisu nie może być z przyszłości ani sprzed ponad roku."), field="signed_on")
    return day


def is_late(state: str, created_at: datetime, now: datetime) -> bool:
    """Whether the office has let an application wait for more than a day: the promise of the form is broken."""
    return state in ("new", "answered") and now - created_at > WAITING_TOO_LONG


def account_number(typed: str) -> str | None:
    """The 26 digits of a Polish account number, as typed with spaces or `PL`; None for anything else."""
    text = re.sub(r"[\s\u00a0-]", "", typed[:80]).upper().removeprefix("PL")
    return text if len(text) == 26 and text.isascii() and text.isdigit() else None


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same when letter case, accents and hyphens are set aside; takes the same time."""
    return hmac.compare_digest(folded(one).encode(), folded(other).encode())


def folded(name: str) -> str:
    """`Żółć-Łoś` → `zolc los`."""
    plain = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l"))
    kept = "".join(sign if sign.isalnum() else " " for sign in plain if not unicodedata.combining(sign))
    return " ".join(kept.split())


def _line(typed: str | None, most: int, field: str) -> str:
    if len(typed or "") > most * 4:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=most), field=field)
    text = " ".join(unicodedata.normalize("NFC", typed or "").split())
    if not text:
        raise Refused(_("To pole jest wymagane."), field=field)
    if len(text) > most:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=most), field=field)
    return text
