"""What a manager may set about its portal, and what follows from it."""

from __future__ import annotations

import re

from app.core.errors import Refused
from app.core.language import gettext as _

LOCALES = ("pl", "en", "uk")
IDLE_MINUTES = range(5, 241)
LENGTHS = {"name": 200, "short_name": 40, "email": 255, "phone": 40, "street_line": 120, "city_line": 120, "hours": 500}
CONTRAST = 4.5  # WCAG 2.2 AA for text on white
DEFAULT_ACCENT = "#1f6650"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


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
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def chosen_accent(text: str) -> str:
    """A colour that somebody chose. Raises `Refused` when it is none, or too pale for text."""
    colour = text.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise Refused(_("Podaj kolor jako # i sześć cyfr szesnastkowych, np. #1f6650."), field="accent")
    if contrast_with_white(colour) < CONTRAST:
        raise Refused(_("Ten kolor jest zbyt jasny: biały napis na nim byłby nieczytelny."), field="accent")
    return colour


def checked_text(field: str, value: str | None) -> str | None:
    """Text in its normal form; None when empty. Raises `Refused` when too long, or for an empty name."""
    text = (value or "").strip() if field == "hours" else " ".join((value or "").split())
    if not text:
        if field == "name":
            raise Refused(_("Nazwa nie może być pusta."), field=field)
        return None
    if len(text) > LENGTHS[field]:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(most)d znaków.", most=LENGTHS[field]), field=field)
    return text


def checked_locale(value: str) -> str:
    if value not in LOCALES:
        raise Refused(_("Nie ma takiego języka."), field="locale")
    return value


def checked_idle(value: int) -> int:
    """Minutes of idleness after which a session ends."""
    if value not in IDLE_MINUTES:
        raise Refused(_("Czas bezczynności może wynosić od 5 do 240 minut."), field="idle_minutes")
    return value
