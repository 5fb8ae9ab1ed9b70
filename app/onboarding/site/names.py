"""Names of managers as people type them: case, marks, endings, acronyms and one slip of the finger. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from app.core.searching import plain, question, stem

FROM_LENGTH = 5  # shorter words are too alike for a slip to be told from another word
MOST_INITIALS, MOST_NAMED = 5, 12
#: Words that say what a manager is, not which one: by these alone nobody is mistaken for another.
GENERIC = frozenset(
    stem(word)
    for word in (
        "spoldzielnia", "mieszkaniowa", "mieszkaniowe", "wspolnota", "wspolnoty", "wlasnosciowa", "lokatorska",
        "nieruchomosci", "nieruchomosc", "zarzad", "zarzadca", "zarzadzanie", "administracja", "budynek", "budynku",
        "osiedle", "towarzystwo", "budownictwa", "spolecznego", "przedsiebiorstwo", "spolka", "ulica", "aleja",
    )
) | {"sm", "wm", "tbs", "zgm", "zgn", "ul", "al", "os", "nr", "przy", "przez", "w", "we", "na", "nad", "pod",
     "im", "i", "z", "sp", "zoo", "o", "sa"}  # fmt: skip
#: Letters of other alphabets that are drawn as ours.
_DRAWN_ALIKE = str.maketrans("аеорсухіјѕԁһкмтвнзАЕОРСУХІЈЅКМТВНαορυνκι", "aeopcyxijsdhkmtbhzAEOPCYXIJSKMTBHaopuvki")


@lru_cache(maxsize=16384)
def words_of(name: str, city: str | None) -> tuple[frozenset[str], frozenset[str]]:
    """Words by which a manager is found, without marks, and acronyms that stand for runs of its name's words."""
    named = plain(name).split()[:MOST_NAMED]
    initials = {
        "".join(word[0] for word in named[first:end])
        for first in range(len(named))
        for end in range(first + 2, min(len(named), first + MOST_INITIALS) + 1)
    }
    meant = {"sm": ("spoldzielnia", "mieszkaniowa"), "wm": ("wspolnota", "mieszkaniowa")}
    spelled = {long for short in meant if short in named for long in meant[short]}
    return frozenset({*named, *plain(city or "").split(), *spelled}), frozenset(initials)


def asked_for(stems: Iterable[str], name: str, city: str | None, *, slips: bool) -> bool:
    """Whether every stem of a question is in the name or the place; with `slips` one letter of each may be wrong."""
    words, initials = words_of(name, city)
    for one in stems:
        if one in initials or any(word.startswith(one) for word in words):
            continue
        if not (slips and any(near(one, stem(word)) for word in words)):
            return False
    return True


def near(one: str, other: str) -> bool:
    """Whether two stems are one slip apart: a letter missed, added, wrong, or two swapped."""
    if min(len(one), len(other)) < FROM_LENGTH or abs(len(one) - len(other)) > 1:
        return one == other
    return one == other or not _worn(one).isdisjoint(_worn(other))


@lru_cache(maxsize=32768)
def _worn(word: str) -> frozenset[str]:
    """The word, and the word with any one letter gone."""
    return frozenset({word, *(word[:place] + word[place + 1 :] for place in range(len(word)))})


def telling(name: str) -> frozenset[str]:
    """The stems that tell this manager from others, read as a hurried eye does."""
    return frozenset(question(name.translate(_DRAWN_ALIKE))) - GENERIC


def imitates(name: str, other: str) -> bool:
    """Whether a name could be taken for another: all that tells one of them is in the other, but for a slip each."""
    mine, theirs = telling(name), telling(other)
    fewer, more = sorted((mine, theirs), key=len)
    if not fewer:
        return plain(name.translate(_DRAWN_ALIKE)) == plain(other.translate(_DRAWN_ALIKE))
    return all(any(one == two or near(one, two) for two in more) for one in fewer)


def strange_signs(name: str) -> list[str]:
    """Letters that are not of our alphabet, as in a name written to look like another."""
    return sorted({sign for sign in name if sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN")})
