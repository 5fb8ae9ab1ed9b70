"""What a manager may set about its portal, and what follows from it."""

from __future__ import annotations

import re

DEFAULT_ACCENT = "#1f6650"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def checked_accent(text: str | None) -> str:
    """A colour as `#rrggbb`; anything else becomes the default."""
    return text.lower() if text and _COLOUR.fullmatch(text) else DEFAULT_ACCENT


def theme(accent: str) -> str:
    """The manager's style sheet: one accent, from which the design system derives the rest."""
    return f":root {{ --accent: {checked_accent(accent)}; }}\n"
