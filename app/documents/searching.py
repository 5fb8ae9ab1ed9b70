"""Searching in Polish without a dictionary: words without marks and, in the question, without their endings.

PostgreSQL has no Polish stemmer. A word of the question loses the ending of its case and matches whatever begins
with what is left: `uchwały` finds `uchwała` and `uchwałę`.
"""

from __future__ import annotations

import re
import unicodedata

#: So much of a file is looked through: a vector of PostgreSQL holds at most a megabyte.
MOST_TEXT = 200_000
#: So much of it is kept, all of which is looked through before many may read it.
MOST_KEPT = 1_000_000
MOST_WORDS = 8
_WORD = re.compile(r"[^\W_]+")
_PLAIN = str.maketrans("łŁøØđĐßæœ", "lLoOdDsao")
# Endings of nouns and adjectives, without marks, the longest first.
_ENDINGS = (
    "owania", "owaniu", "owanie", "iego", "iemu", "ymi", "imi", "ach", "ami", "owi", "ego", "emu", "ych", "ich",
    "iem", "ow", "om", "em", "ie", "ia", "iu", "ym", "im", "ej", "ow", "a", "e", "i", "o", "u", "y",
)  # fmt: skip
_SHORTEST = 3


def plain(text: str) -> str:
    """Small letters without marks, with a space for everything that is neither letter nor digit."""
    unmarked = unicodedata.normalize("NFKD", text.translate(_PLAIN))
    kept = "".join(sign for sign in unmarked if not unicodedata.combining(sign))
    return " ".join(_WORD.findall(kept.lower()))


def words(text: str) -> str:
    """What is kept of a text for searching: `plain`, each word once and bounded, so that its vector is."""
    found = dict.fromkeys(word[:60] for word in plain(text[:MOST_TEXT]).split())
    return " ".join(found)


def stem(word: str) -> str:
    """A plain word without the ending of its case; short words and numbers stay whole."""
    if not word.isalpha():
        return word
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= max(_SHORTEST, len(ending)):
            return word[: -len(ending)]
    return word


def question(typed: str) -> list[str]:
    """The stems asked for, at most `MOST_WORDS`; nothing when nothing was asked."""
    return list(dict.fromkeys(stem(word[:60]) for word in plain(typed[:200]).split()))[:MOST_WORDS]


def as_tsquery(stems: list[str]) -> str:
    """The question in the language of `to_tsquery`: every word must be there, each as a beginning."""
    return " & ".join(f"{one}:*" for one in stems)


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
