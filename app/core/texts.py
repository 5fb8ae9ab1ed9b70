"""What people type, as it is kept: one line, or a passage of several."""

from __future__ import annotations

import re

from app.core.errors import Refused
from app.core.language import gettext as _

# Beside control characters those that turn the direction of what follows them: a name must read as it is.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_PASSAGE_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def line(typed: str | None, field: str, longest: int, missing: str | None = None) -> str:
    """One line of text, its spaces made single; `missing` is the sentence for an empty one.

    Raises `Refused` when it is too long, has control characters, or is empty and may not be.
    """
    clean = " ".join((typed or "").split())
    if not clean and missing:
        raise Refused(missing, field=field)
    if _CONTROLS.search(clean):
        raise Refused(_("Wpisz jeden wiersz bez znaków sterujących."), field=field)
    if len(clean) > longest:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=longest), field=field)
    return clean


def passage(typed: str | None, field: str, longest: int) -> str:
    """A text with `\\n` line ends, without what is no text; may be empty. Raises `Refused` when it is too long."""
    clean = _PASSAGE_CONTROLS.sub("", (typed or "").replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(clean) > longest:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=longest), field=field)
    return clean
