"""What should not be published without a second look: numbers that name a person, and flats with a debt.

Pure functions on text. A finding is a warning, never a refusal: a person decides. Personal data are guarded by the
GDPR (RODO); that the number of a flat with its debt is such data is the settled view of the Polish authority (UODO).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import phonenumbers
from phonenumbers import PhoneNumberType

from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.phones import HOME

PESEL, ACCOUNT, PHONE, DEBT, NAME = "pesel", "account", "phone", "debt", "name"
KINDS = {
    PESEL: _l("numer PESEL"),
    ACCOUNT: _l("numer rachunku bankowego"),
    DEBT: _l("lokal i jego zadłużenie albo kwota"),
    NAME: _l("imię i nazwisko osoby z ewidencji"),
    PHONE: _l("numer telefonu"),
}
MOST = 50  # findings of one look; who has more than that to read has seen enough
AROUND = 45  # characters of the text on each side of what was found

Span = tuple[int, int]
_PESEL = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){10}(?![0-9])")
_ACCOUNT = re.compile(r"(?<![0-9A-Za-z])(?:[Pp][Ll] ?)?[0-9]{2}(?:[ -]?[0-9]){24}(?![0-9])")
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]){11,30}(?![0-9A-Za-z])")
_PHONE = re.compile(r"(?<![\w+])(?:\+|00)?\(?[0-9](?:[ ().-]{0,3}[0-9]){8,13}(?![0-9A-Za-z])")
_DATE = re.compile(r"(?:19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[.-][0-9]{1,2}[.-](?:19|20)[0-9]{2}")
_REGISTER = re.compile(r"(?:regon|nip|krs|isbn)[^\n]{0,8}$", re.IGNORECASE)
_MONEY_AFTER = re.compile(r"^(?:,[0-9]{2}\b| ?(?:zł|zl|pln)\b)", re.IGNORECASE)
_UNIT = re.compile(
    r"\b(?:lokal\w*|mieszkani\w*|lok\.|mieszk\.|m\.) ?(?:nr\.?|numer(?:em|ze|u)?)? ?[0-9]{1,4}[a-z]?\b"
    r"(?! ?(?:zl|pln|m2|m²|%|osob|lat)|[.,][0-9])"
    r"|\b[^\W\d_]{3,} [0-9]{1,4}[a-z]? ?(?:/|m\.) ?[0-9]{1,3}[a-z]?\b(?!/|[.,][0-9])"
)
_OWING = re.compile(
    r"\b(?:zaleg\w*|dluzn\w*|dlug(?:u|i|ow|owi|iem|ami|ach)?\b|zadluz\w*|nie (?:za)?plac\w*|nieoplac\w*|niezaplac\w*"
    r"|niedoplat\w*|eksmi\w*|windyk\w*|komorni\w*|win(?:ien|na|ni)\b|przetermin\w*)"
)
_SUM = re.compile(r"\b[0-9][0-9 ]{0,14}(?:[.,][0-9]{2})? ?(?:zl|pln)\b")
_HEADING = re.compile(r"\b(?:lokal\w*|mieszkani\w*|lok\.|nr)")
_OF_MONEY = re.compile(r"zaleg|dlug|zadluz|niedoplat|saldo|kwota|naleznosc|\bzl\b")
_LISTED = re.compile(r"\b[0-9]{1,4}[a-z]?\b\D{1,80}[0-9]")
_NEAR, _CLOSE = 100, 60
_NOT_A_PERSONS = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.UAN,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that may name a person: its kind, the place in words, and `found` with the words around it."""

    kind: str
    place: str
    found: str
    before: str = ""
    after: str = ""

    @property
    def excerpt(self) -> str:
        """What was found as it stands in the text."""
        return " ".join(f"{self.before}{self.found}{self.after}".split())

    @property
    def label(self) -> str:
        """The kind in words."""
        return str(KINDS[self.kind])

    @property
    def mark(self) -> str:
        """What stands for this finding in a form: the same text found anew in the same field has the same mark."""
        where = self.place.partition(",")[0]
        return hashlib.sha256("\0".join((self.kind, where, self.found)).encode()).hexdigest()[:16]

    @property
    def masked(self) -> str:
        """What is kept of it: enough to recognise, too little to be a second copy of the data."""
        return re.sub("[0-9]", "•", self.found) if self.kind == DEBT else masked(self.found)


def masked(text: str) -> str:
    """Digits but the last two, and letters but the first of each word, as dots."""
    digits = sum(one.isdigit() for one in text)
    if digits >= 9:
        shown, left = "", digits
        for one in text:
            left -= one.isdigit()
            shown += "•" if one.isdigit() and left >= 2 else one
        return shown
    return re.sub(r"(?<=[^\W\d_])[^\W\d_]", "•", text)


def plain(text: str) -> str:
    """The text with one kind of space, digits and letters, without what cannot be seen and without bold marks."""
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n")
    shown = (" " if one in "\t\v\f" else one for one in text if unicodedata.category(one) != "Cf" and one not in "*_`")
    return re.sub(r" {2,}", " ", re.sub("[\u2010-\u2015\u2212]", "-", "".join(shown)))


def folded(text: str) -> str:
    """Small letters without Polish marks; as long as the text itself, so that places stay the same."""
    made = []
    for one in text.lower().replace("ł", "l"):
        base = unicodedata.normalize("NFD", one)[0]
        made.append(base)
    return "".join(made)


def located(kind: str, field: str, text: str, span: Span) -> Finding:
    """A finding at these characters of a field's plain text."""
    start, end = span
    lines = text.count("\n")
    place = _("%(field)s, wiersz %(line)d", field=field, line=text.count("\n", 0, start) + 1) if lines else field
    return Finding(kind, place, text[start:end], _before(text[:start]), _after(text[end:]))


def _before(text: str) -> str:
    line = text[-AROUND * 4 :].rpartition("\n")[2]
    return line if len(line) <= AROUND else "…" + line[-AROUND:].partition(" ")[2]


def _after(text: str) -> str:
    line = text[: AROUND * 4].partition("\n")[0]
    return line if len(line) <= AROUND else line[:AROUND].rpartition(" ")[0] + "…"


def is_pesel(digits: str) -> bool:
    """Whether eleven digits are a PESEL: the check digit and the day of birth agree (Act on the Register, art. 15)."""
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
    if sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 10:
        return False
    centuries = {0: 1900, 1: 2000, 2: 2100, 3: 2200, 4: 1800}
    year, month, day = int(digits[:2]), int(digits[2:4]), int(digits[4:6])
    try:
        date(centuries[month // 20] + year, month % 20, day)
    except ValueError:
        return False
    return True


def is_account(text: str) -> bool:
    """Whether this is an account number (NRB or IBAN, without spaces) whose check digits agree (ISO 13616)."""
    number = text if text[0].isalpha() else f"PL{text}"
    turned = number[4:] + number[:4]
    return int("".join(str(int(one, 36)) for one in turned)) % 97 == 1


def accounts(text: str, own: Iterable[str] = ()) -> Iterator[Span]:
    """Where account numbers stand that are not in `own` (26 digits each)."""
    for pattern in (_ACCOUNT, _IBAN):
        for match in pattern.finditer(text):
            if pattern is _IBAN and match[0].startswith("PL"):
                continue
            number = re.sub("[ -]", "", match[0]).upper()
            if is_account(number) and number.removeprefix("PL") not in own:
                yield match.span()


def pesels(text: str) -> Iterator[Span]:
    """Where PESEL numbers stand."""
    for match in _PESEL.finditer(text):
        if is_pesel(re.sub("[ -]", "", match[0])):
            yield match.span()


def phone_key(number: str) -> str | None:
    """A telephone number as all its spellings have it (E.164); None if it is none, or a hotline that is no person's."""
    typed = re.sub(r"^00", "+", re.sub(r"[ ().-]", "", number))
    typed = typed if typed.startswith("+") else re.sub(r"^0(?=[0-9]{9}$)", "", typed)
    if not typed.startswith("+") and len(typed) != 9:
        return None
    try:
        parsed = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(parsed) or phonenumbers.number_type(parsed) in _NOT_A_PERSONS:
        return None
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


def phones(text: str, own: Iterable[str] = ()) -> Iterator[Span]:
    """Where telephone numbers stand that are not in `own` (as `phone_key` writes them)."""
    for match in _PHONE.finditer(text):
        start, end = match.span()
        if _DATE.search(match[0]) or _REGISTER.search(text[max(0, start - 20) : start]):
            continue
        if _MONEY_AFTER.match(text[end : end + 6]):
            continue
        key = phone_key(match[0])
        if key and key not in own:
            yield start, end


def debts(text: str) -> Iterator[Span]:
    """Where a flat stands beside a debt or a sum, in a sentence or in a table."""
    low = folded(text)
    owing = [match.start() for match in _OWING.finditer(low)]
    sums = [match.start() for match in _SUM.finditer(low)]
    for match in _UNIT.finditer(low):
        start, end = match.span()
        near = _among(owing, start - _NEAR, end + _NEAR)
        close = _among(sums, end, end + _CLOSE)
        if any(_together(low, place, start) for place in near) or any(_one_sentence(text[end:one]) for one in close):
            yield start, end
    yield from _tables(low)


def _among(places: list[int], least: int, most: int) -> list[int]:
    return places[bisect_left(places, least) : bisect_right(places, most)]


def _together(text: str, one: int, other: int) -> bool:
    return "\n\n" not in text[min(one, other) : max(one, other)]


def _one_sentence(between: str) -> bool:
    return "\n" not in between and not re.search(r"[.!?] +[^\W\d_a-ząćęłńóśźż]", between)


def _tables(low: str) -> Iterator[Span]:
    inside, start = False, 0
    lines = low.split("\n")
    for line, following in pairwise([*lines, ""]):
        end = start + len(line)
        if inside and (match := _LISTED.search(line)):
            yield start + match.start(), start + match.end()
        elif not inside or not set(line.strip()) <= set("|-: ") or not line.strip():
            heads = bool(_HEADING.search(line) and _OF_MONEY.search(line)) and not re.search(r"\d", line)
            inside = heads and bool(following.strip())
        start = end + 1
