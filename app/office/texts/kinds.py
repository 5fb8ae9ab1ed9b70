"""Which texts a manager has, and what a published one may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.office.rules import without_controls

TITLE_LENGTH = 160
BODY_LENGTH = 100_000
MOST_FILES = 10


@dataclass(frozen=True, slots=True)
class TextKind:
    """One kind of text: its name for staff, what it is for, and whether residents acknowledge it."""

    name: str
    label: Any
    hint: Any
    accepted: bool = False


KINDS: dict[str, TextKind] = {
    kind.name: kind
    for kind in (
        TextKind("welcome", _l("Powitanie"), _l("Kilka zdań na stronie logowania. Może go nie być.")),
        TextKind("help", _l("Instrukcja obsługi"), _l("Jak korzystać z portalu, krok po kroku.")),
        TextKind("terms", _l("Regulamin"), _l("Zasady korzystania z portalu i załączniki."), accepted=True),
        TextKind(
            "privacy", _l("Dane osobowe"), _l("Informacja o przetwarzaniu danych osobowych (RODO)."), accepted=True
        ),
        TextKind("paper", _l("Konto na wniosek"), _l("Jak założyć konto na podpisany wniosek, bez Internetu.")),
        TextKind("safety", _l("Bezpieczeństwo"), _l("Jak bezpiecznie korzystać z portalu i chronić hasło.")),
    )
}


def checked_title(text: str | None, *, field: str = "title") -> str:
    """A title in one line. Raises `Refused` when it is empty or too long."""
    line = " ".join(without_controls(text or "", field).split())
    if not line:
        raise Refused(_("Podaj tytuł."), field=field)
    if len(line) > TITLE_LENGTH:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=TITLE_LENGTH), field=field)
    return line


def checked_body(text: str | None, *, field: str = "body") -> str:
    """The text with `\\n` line ends. Raises `Refused` when it is empty or too long."""
    body = without_controls(text or "", field).strip()
    if not body:
        raise Refused(_("Wpisz treść."), field=field)
    if len(body) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field=field)
    return body
