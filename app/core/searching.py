"""Searching in Polish without a dictionary: words without marks and, in the question, without their endings.

PostgreSQL has no Polish stemmer. A word of the question loses the ending of its case and matches whatever begins
with what is left: `uchwały` finds `uchwała` and `uchwałę`.
"""

from __future__ import annotations

import re
import unicodedata

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
