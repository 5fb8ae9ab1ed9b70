"""What a message to the office may be, what an answer may be made of, and when one is due."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l

SUBJECT_LENGTH = 150
BODY_LENGTH = 10_000
MOST_FILES = 3
LARGEST_FILE = 5 * 1024 * 1024
NAME_LENGTH = 100
HOURLY_LIMIT = 20
HOUR = 3600
TEMPLATE_NAME = 80
CORRECTION = "data"
CATEGORIES: dict[str, Any] = {
    "charges": _l("Opłaty i rozliczenia"),
    "repairs": _l("Usterki i naprawy"),
    CORRECTION: _l("Moje dane i poprawki"),
    "documents": _l("Dokumenty i zaświadczenia"),
    "other": _l("Inna sprawa"),
}
# Working days within which the office answers, until the manager sets others.
PROMISES = {"charges": 5, "repairs": 2, CORRECTION: 5, "documents": 5, "other": 5}
LONGEST_PROMISE = 60
STATES: dict[str, Any] = {
    "new": _l("czeka na odpowiedź"),
    "working": _l("w toku"),
    "answered": _l("odpowiedziano"),
    "closed": _l("zakończona"),
}
WAITING = ("new", "working")  # the office owes an answer
# What a ready answer may name; each is filled for the conversation that is answered.
FIELDS: dict[str, Any] = {
    "imię": _l("imię mieszkańca"),
    "nazwisko": _l("nazwisko mieszkańca"),
    "lokal": _l("kod lokalu, którego dotyczy rozmowa"),
    "temat": _l("temat rozmowy"),
    "biuro": _l("nazwa zarządcy"),
    "telefon": _l("telefon biura"),
    "data": _l("dzisiejsza data"),
}
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_FIELD = re.compile(r"\{([a-ząćęłńóśźż]+)\}")


def subject(text: str | None) -> str:
    """One line. Raises `Refused` on `subject` when empty, too long, or with control characters."""
    line = (text or "").strip()
    if not line:
        raise Refused(_("Podaj temat."), field="subject")
    if _CONTROLS.search(line):
        raise Refused(_("Temat musi być jednym wierszem bez znaków sterujących."), field="subject")
    if len(line) > SUBJECT_LENGTH:
        raise Refused(_("Temat może mieć najwyżej %(most)d znaków.", most=SUBJECT_LENGTH), field="subject")
    return line


def body(text: str | None) -> str:
    """The text with `\\n` line ends. Raises `Refused` on `body` when empty or too long."""
    clean = _BODY_CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not clean:
        raise Refused(_("Wpisz treść."), field="body")
    if len(clean) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field="body")
    return clean


def category(key: str | None) -> str:
    """Raises `Refused` on `category`."""
    if key not in CATEGORIES:
        raise Refused(_("Wybierz, czego dotyczy wiadomość."), field="category")
    return str(key)


def cause(public_id: str) -> str:
    """The cause that the letters about a message carry in the outbox."""
    return f"message:{public_id}"


def title(text: str | None) -> str:
    """The name of a ready answer, one line. Raises `Refused` on `name`."""
    line = " ".join(_CONTROLS.sub(" ", text or "").split())
    if not line or len(line) > TEMPLATE_NAME:
        raise Refused(_("Podaj nazwę, najwyżej %(most)d znaków.", most=TEMPLATE_NAME), field="name")
    return line


def unknown_fields(text: str) -> list[str]:
    """Fields in a ready answer that nobody can fill."""
    return sorted({name for name in _FIELD.findall(text) if name not in FIELDS})


def unfilled(text: str) -> list[str]:
    """Fields that stand unfilled in an answer that is about to leave."""
    return [name for name in FIELDS if "{" + name + "}" in text]


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with the fields that have a value; the others stay, to be seen. Nothing in a value is filled again."""
    return _FIELD.sub(lambda found: values.get(found[1]) or found[0], text)
