"""Searching documents: how much of a text is looked through, and the piece of it that is shown."""

from __future__ import annotations

import re

from app.core.searching import as_tsquery as as_tsquery
from app.core.searching import plain as plain
from app.core.searching import question as question
from app.core.searching import stem as stem

#: So much of a file is looked through: a vector of PostgreSQL holds at most a megabyte.
MOST_TEXT = 200_000
#: So much of it is kept, all of which is looked through before many may read it.
MOST_KEPT = 1_000_000
_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> str:
    """What is kept of a text for searching: `plain`, each word once and bounded, so that its vector is."""
    found = dict.fromkeys(word[:60] for word in plain(text[:MOST_TEXT]).split())
    return " ".join(found)


def excerpt(content: str, stems: list[str], width: int = 160) -> str | None:
    """A piece of a text around the first word that was asked for; None when there is none in it."""
    flat = " ".join(content[:MOST_TEXT].split())
    for match in _WORD.finditer(flat):
        if any(plain(match.group()).startswith(one) for one in stems):
            start = max(0, match.start() - width // 2)
            end = min(len(flat), start + width)
            piece = flat[start:end]
            piece = piece if start == 0 else "… " + piece.partition(" ")[2]
            return piece if end == len(flat) else piece.rpartition(" ")[0] + " …"
    return None
