"""Which unit a file is for, by its name: the code of one unit must stand in it, however its parts are separated.

A file name cannot hold `/`, so codes are compared by their parts: `01/12/3` is found in `rozliczenie_01-12-3.pdf`.
The longest code wins, because a short one may be part of it; zeros at the front count only as a last resort.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

_PART = re.compile(r"[^\W_]+")
_YEAR = re.compile(r"(19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Match:
    """The unit that a name says, or None; `why` is `exact`, `likely`, `ambiguous` or `unknown`."""

    unit: str | None
    why: str


class Codes:
    """The codes of units, prepared for many names."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._exact: dict[tuple[str, ...], set[str]] = {}
        self._loose: dict[tuple[str, ...], set[str]] = {}
        for code in codes:
            parts = _parts(code)
            if parts:
                self._exact.setdefault(parts, set()).add(code)
                self._loose.setdefault(_bare(parts), set()).add(code)
        self._longest = max((len(parts) for parts in self._exact), default=0)

    def match(self, name: str) -> Match:
        """The unit of a file of this name."""
        stem = PurePosixPath(name.replace("\\", "/")).name
        stem = stem.rpartition(".")[0] or stem
        parts = _parts(stem)
        sure = self._among(parts, self._exact)
        if sure:
            return self._answer(sure, parts, "exact")
        likely = self._among(_bare(parts), self._loose)
        return self._answer(likely, parts, "likely") if likely else Match(None, "unknown")

    def _among(
        self, parts: tuple[str, ...], known: dict[tuple[str, ...], set[str]]
    ) -> set[tuple[str, tuple[str, ...]]]:
        """(code, its parts) of all codes in a name that are no part of a longer one there."""
        found: list[tuple[int, int, tuple[str, ...]]] = []
        for length in range(min(self._longest, len(parts)), 0, -1):
            for start in range(len(parts) - length + 1):
                piece = parts[start : start + length]
                inside = any(begin <= start and start + length <= end for begin, end, _piece in found)
                if piece in known and not inside:
                    found.append((start, start + length, piece))
        return {(code, piece) for _start, _end, piece in found for code in known[piece]}

    def _answer(self, found: set[tuple[str, tuple[str, ...]]], parts: tuple[str, ...], sure: str) -> Match:
        """A lone number in a longer name, such as a year, is a guess, and none beside a better one."""
        strong = {one for one in found if not self._weak(one[1], parts)}
        codes = {code for code, _piece in (strong or found)}
        if len(codes) > 1:
            return Match(None, "ambiguous")
        return Match(codes.pop(), sure if strong else "likely")

    @staticmethod
    def _weak(piece: tuple[str, ...], parts: tuple[str, ...]) -> bool:
        alone = len(piece) == 1 and piece[0].isdigit() and piece != parts
        return alone and (len(piece[0]) < 4 or _YEAR.fullmatch(piece[0]) is not None)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(_PART.findall(text.lower()))


def _bare(parts: tuple[str, ...]) -> tuple[str, ...]:
    """The parts without zeros at the front of their numbers: `L007` → `l7`."""
    return tuple(re.sub(r"(?<!\d)0+(?=\d)", "", part) for part in parts)
