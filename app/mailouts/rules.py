"""Policy of mailouts: what may be said, and which personal words a text may hold."""

from __future__ import annotations

import re

from app.core.errors import Refused
from app.core.language import gettext as _

SUBJECT_LENGTH = 200
BODY_LENGTH = 50_000
# The only names that a text may hold in braces; they are replaced literally, for each recipient.
FIELDS = ("imię", "nazwisko", "lokal")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_BODY_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def subject(text: str | None) -> str:
    """The subject as it will be sent. Raises `Refused` when empty, too long, or more than one line."""
    line = (text or "").strip()
    if not line:
        raise Refused(_("Podaj temat."), field="subject")
    if _CONTROLS.search(line):
        raise Refused(_("Temat musi być jednym wierszem bez znaków sterujących."), field="subject")
    if len(line) > SUBJECT_LENGTH:
        raise Refused(_("Temat może mieć najwyżej %(most)d znaków.", most=SUBJECT_LENGTH), field="subject")
    return line


def body(text: str | None) -> str:
    """The text as it will be sent, with `\\n` line ends. Raises `Refused` when empty or too long."""
    clean = _BODY_CONTROLS.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if not clean:
        raise Refused(_("Wpisz treść."), field="body")
    if len(clean) > BODY_LENGTH:
        raise Refused(_("Treść może mieć najwyżej %(most)d znaków.", most=BODY_LENGTH), field="body")
    return clean


def cause(public_id: str) -> str:
    """The cause that a mailout's letters carry in the outbox."""
    return f"mailout:{public_id}"


def is_personal(*texts: str) -> bool:
    """Whether any text holds one of the `FIELDS`."""
    return any("{" + name + "}" in text for text in texts for name in FIELDS)
