"""What a letter of a site may be, where its attachments are filed, and what an address book holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from email.utils import getaddresses
from pathlib import PurePosixPath

from app.attachments.rules import PICTURES
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.gateways.mime import BadAddress, checked_address

SUBJECT_LENGTH, BODY_LENGTH, QUOTED_LENGTH = 200, 20_000, 20_000
#: Together no more than a letter by mail takes.
MOST_FILES, LARGEST_FILE, LARGEST_TOGETHER = 8, 15 << 20, 18 << 20
MOST_OUTSIDE = 30
HOUR, DAY = 3600, 86_400
#: So much one person may send: who takes over an account must not make a mail cannon of the manager's server.
HOURLY_LETTERS, DAILY_OUTSIDE = 60, 300
LONGEST_WAIT = 366  # days until which an answer may be asked for
CONTACT_LENGTHS = {"name": 160, "firm": 160, "trade": 80, "email": 254, "phone": 40, "note": 1000}
GUESS = "guess"
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MARKS = str.maketrans("ąćęłńóśźż", "acelnoszz")
#: Beginnings of words in a file's name, and the folder that they speak for; the first that fits.
_GUESSES = (
    ("invoices", ("faktur", "rachun", "fv", "paragon", "proforma", "invoice")),
    ("offers", ("ofert", "kosztorys", "wycen", "przedmiar")),
    ("contracts", ("umow", "aneks", "zlecen")),
    ("schedule", ("harmonogram",)),
    ("permits", ("pozwol", "decyzj", "uzgodn", "zgoda", "zgloszen")),
    ("materials", ("atest", "karta", "deklaracj", "certyfik", "aprobat", "dwu")),
    ("design", ("projekt", "rysun", "rzut", "przekroj", "detal")),
    ("reports", ("raport",)),
    ("notes", ("notatk",)),
)
CARDS = {
    "invoice": _l("dane do faktury"),
    "address": _l("adres budowy"),
    "directions": _l("dojazd na budowę"),
}


def checked_subject(typed: str | None) -> str:
    """One line. Raises `Refused` on `subject`."""
    found = " ".join(_CONTROLS.sub(" ", typed or "").split())
    if not found:
        raise Refused(_("Podaj temat wiadomości."), field="subject")
    if len(found) > SUBJECT_LENGTH:
        raise Refused(_("Temat może mieć najwyżej %(most)d znaków.", most=SUBJECT_LENGTH), field="subject")
    return found


def checked_body(typed: str | None) -> str:
    """The text with `\\n` line ends. Raises `Refused` on `body`."""
    found = _BODY_CONTROLS.sub("", (typed or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not found:
        raise Refused(_("Napisz treść wiadomości."), field="body")
    if len(found) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field="body")
    return found


def checked_due(due_on: date | None, today: date) -> date | None:
    """Until when an answer is asked for. Raises `Refused` on `due_on`."""
    if due_on is not None and due_on < today:
        raise Refused(_("Termin odpowiedzi już minął. Podaj dzień od dzisiaj wzwyż."), field="due_on")
    if due_on is not None and due_on > today + timedelta(days=LONGEST_WAIT):
        raise Refused(_("Termin odpowiedzi może być najdalej za rok."), field="due_on")
    return due_on


def checked_cards(names: Iterable[str]) -> list[str]:
    """Names of `CARDS`, each once and in their order. Raises `Refused` on `cards`."""
    given = set(names)
    if not given <= CARDS.keys():
        raise Refused(_("Wybierz dane spośród podanych."), field="cards")
    return [name for name in CARDS if name in given]


def address_of(typed: str) -> str:
    """An e-mail address in lower case. Raises `Refused` on `outside`, and names what was typed."""
    plain = typed.strip().lower()
    try:
        found = checked_address(plain)
    except BadAddress:
        found = ""
    if "." not in found.rpartition("@")[2]:
        raise Refused(_("„%(address)s” to nie jest adres e-mail.", address=typed.strip()[:80]), field="outside")
    return found


def addresses_of(typed: str | None) -> list[tuple[str, str]]:
    """(name, address in lower case) of each address typed, between commas, semicolons or on lines of their own.

    Raises `Refused` on `outside`.
    """
    lines = re.split(r"[;\n\r]+", (typed or "").replace("\0", "")[:10_000])
    try:
        pairs = [pair for line in lines if line.strip() for pair in getaddresses([_quoted(line)])]
    except (ValueError, IndexError, RecursionError):
        pairs = [("", typed or "")]
    found: dict[str, str] = {}
    for name, address in pairs:
        if not address and not name:
            raise Refused(
                _("„%(address)s” to nie jest adres e-mail.", address=(typed or "").strip()[:80]), field="outside"
            )
        found.setdefault(address_of(address or name), " ".join(_CONTROLS.sub(" ", name).split())[:100])
    if len(found) > MOST_OUTSIDE:
        raise Refused(_("Podaj najwyżej %(most)d adresów naraz.", most=MOST_OUTSIDE), field="outside")
    return [(name, address) for address, name in found.items()]


def _quoted(line: str) -> str:
    """`Firma „A”, Jan <a@b.pl>` has a comma in its name; between plain addresses it parts them."""
    name, bracket, rest = line.partition("<")
    is_one = bracket and line.count("<") == 1 and '"' not in name and "@" not in name and "," in name
    return f'"{name.strip()}" <{rest}' if is_one else line


def folder_for(name: str, content_type: str) -> str:
    """In which folder an attachment belongs, guessed from its name and kind."""
    plain = PurePosixPath(name).stem.lower().translate(_MARKS)
    words = re.findall(r"[a-z]+", plain)
    for folder, beginnings in _GUESSES:
        if any(word.startswith(beginnings) for word in words):
            return folder
    return "photos" if content_type in PICTURES else "other"


def title_of(name: str) -> str:
    """How the document is called that an attachment becomes."""
    return PurePosixPath(name).stem.replace("_", " ").strip()[:200] or name[:200]


def week_of(day: date) -> date:
    """The Monday of a week."""
    return day - timedelta(days=day.weekday())


def cause(letter: str) -> str:
    """The cause that a letter carries in the outbox on its way outside."""
    return f"works_letter:{letter}"
