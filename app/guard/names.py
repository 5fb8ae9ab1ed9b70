"""Names of people in a text, in any grammatical case (imię i nazwisko w odmianie).

Pure. A word of the text is led back to what its nominative may be; too many guesses do no harm, because a surname
counts only beside a first name of the same person, an initial of it, or a word such as `Pan`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.guard.rules import Span, folded

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BETWEEN = re.compile(r"[ ,.]{1,3}|,? ?\n")
_TITLES = frozenset(
    (
        "pan", "pana", "panu", "panem", "pani", "panie", "panstwo", "panstwa", "panstwu", "panstwem",
        "p", "ob", "obywatel", "rodzina", "rodziny", "rodzinie",
    )
)  # fmt: skip
_NOUN = (
    "iowie", "owie", "iowi", "owi", "owej", "owa", "owna", "iami", "iach", "ami", "ach", "iem", "iom", "em", "om",
    "ow", "iu", "ie", "ia", "io", "a", "e", "i", "o", "u", "y",
)  # fmt: skip
_ADJECTIVE = ("iego", "iemu", "imi", "ymi", "ego", "emu", "iej", "ich", "ych", "im", "ym", "ej", "a", "i", "y")
_SOFT = (  # what the last consonant was before the ending softened it
    ("rz", "r"), ("dz", "d"), ("dz", "g"), ("sc", "st"), ("sz", "ch"), ("zdz", "zd"), ("c", "t"), ("c", "k"),
    ("c", "ch"),
)  # fmt: skip
_VOWELS = "aeiouy"


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the roll: first names and parts of the surname, folded."""

    first: tuple[str, ...]
    last: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: where it stands, and what its parts may be in the nominative."""

    start: int
    end: int
    capital: bool
    plain: str
    bases: frozenset[str]


def nominatives(word: str) -> frozenset[str]:
    """What a folded word may be the inflected form of, itself among them."""
    found = {word}
    for ending in _ADJECTIVE:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            stem = word[: -len(ending)]
            found.update((stem + "i", stem + "y", stem + "a"))
    if word.endswith("cy") and len(word) > 4:  # Kowalscy, Niscy
        found.update((word[:-2] + "ki", word[:-2] + "ka"))
    for ending in _NOUN:
        if word.endswith(ending) and len(word) - len(ending) >= 2:
            found.update(_stems(word[: -len(ending)]))
    return frozenset(found)


def _stems(stem: str) -> Iterator[str]:
    stems = {stem}
    stems.update(stem[: -len(soft)] + hard for soft, hard in _SOFT if stem.endswith(soft))
    for one in stems:
        yield from (one, one + "a", one + "o", one + "ia", one + "y", one + "i")
        if len(one) > 2 and one[-1] not in _VOWELS and one[-2] not in _VOWELS:
            for vowel in ("e", "ie", "io", "o"):  # Wilczka - Wilczek, Stępnia - Stępień, Kozła - Kozioł
                yield one[:-1] + vowel + one[-1]
            if one[-2] == "r":  # Marca - Marzec
                yield one[:-1] + "ze" + one[-1]
        if len(one) > 2 and one[-2] == "e":  # Gołębia - Gołąb
            yield one[:-2] + "a" + one[-1]


def words(text: str) -> list[Word]:
    """The words of a plain text. In a long one only those with a capital letter may be names."""
    matches = list(_WORD.finditer(text))
    long = len(matches) > 4000
    kept: dict[str, frozenset[str]] = {}
    found = []
    for match in matches:
        capital, low = match[0][0].isupper(), folded(match[0])
        if low not in kept:
            kept[low] = frozenset().union(*(nominatives(part) for part in low.split("-")))
        found.append(Word(match.start(), match.end(), capital, low, kept[low] if capital or not long else frozenset()))
    return found


def bases(found: Sequence[Word]) -> set[str]:
    """All nominatives that the words may have: what the roll is asked for."""
    return set().union(*(word.bases for word in found)) if found else set()


def named(text: str, found: Sequence[Word], roll: Sequence[Known]) -> Iterator[Span]:
    """Where somebody of the roll is named: first name and surname in either order, an initial, or `Pan` before it."""
    by_surname: dict[str, list[Known]] = {}
    for person in roll:
        for part in person.last:
            by_surname.setdefault(part, []).append(person)
    after = 0
    for at, word in enumerate(found):
        if not word.capital or word.start < after:
            continue
        people = [one for base in word.bases if base in by_surname for one in by_surname[base]]
        span = _with_first_name(text, found, at, people) if people else None
        if span:
            after = max(span[1], word.end)
            yield span


def _with_first_name(text: str, found: Sequence[Word], at: int, people: list[Known]) -> Span | None:
    word = found[at]
    firsts = {first for one in people for first in one.first}
    initials = {first[:1] for first in firsts}
    for step in (-1, 1):
        other, edge = at + step, word
        for _distance in (1, 2):
            if not 0 <= other < len(found) or not _beside(text, found[other], edge):
                break
            near = found[other]
            initial = len(near.plain) == 1 and near.capital and near.plain in initials
            if near.bases & firsts or initial or (step < 0 and near.plain in _TITLES):
                return min(word.start, near.start), max(word.end, near.end)
            other, edge = other + step, near
    return None


def _beside(text: str, one: Word, other: Word) -> bool:
    first, second = (one, other) if one.start < other.start else (other, one)
    return bool(_BETWEEN.fullmatch(text[first.end : second.start]))
