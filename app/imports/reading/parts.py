"""Parts of a cell that holds more than one thing: names, addresses, codes."""

from __future__ import annotations

import re
from collections.abc import Callable

#: A number of a house at the end: `12`, `12A`, `12/5`, `12 m. 5`, `12-14`, `12 lok. 3`.
HOUSE = re.compile(
    r"[\s,]+(?:nr\.?\s*)?([0-9]+\s?[A-Za-z]?(?:\s*[-/\\]\s*[0-9]+\s?[A-Za-z]?)*(?:\s*(?:m|lok|mieszk)\.?\s*[0-9]+\s?[A-Za-z]?)?)\s*$",
    re.IGNORECASE,
)
POSTCODE = re.compile(r"(?<![0-9])([0-9]{2}-[0-9]{3})(?![0-9])")
#: Double-barrelled names are one word however they are spaced.
HYPHEN = re.compile(r"\s+-\s*|\s*-\s+")


def _first_word(cell: str, sign: str) -> str:
    return _words(cell)[0]


def _after_first_word(cell: str, sign: str) -> str:
    return " ".join(_words(cell)[1:])


def _last_word(cell: str, sign: str) -> str:
    words = _words(cell)
    return words[-1] if len(words) > 1 else ""


def _before_last_word(cell: str, sign: str) -> str:
    words = _words(cell)
    return " ".join(words[:-1]) if len(words) > 1 else words[0]


def _words(cell: str) -> list[str]:
    return HYPHEN.sub("-", cell).split() or [""]


def _before(cell: str, sign: str) -> str:
    return cell.partition(sign)[0].strip()


def _after(cell: str, sign: str) -> str:
    return cell.partition(sign)[2].strip()


def _street_line(cell: str) -> str:
    """What of an address is the street and the number: the rest is a postcode and a city."""
    found = POSTCODE.search(cell)
    if found:
        return cell[: found.start()].strip(" ,;") or cell[found.end() :].partition(",")[2].strip()
    head, comma, tail = cell.rpartition(",")
    return head.strip() if comma and HOUSE.search(" " + head) and not HOUSE.search(" " + tail) else cell.strip()


def _street(cell: str, sign: str) -> str:
    line = _street_line(cell)
    found = HOUSE.search(line)
    return line[: found.start()].strip(" ,") if found else line


def _house(cell: str, sign: str) -> str:
    found = HOUSE.search(_street_line(cell))
    return re.sub(r"\s+", " ", found[1]).strip() if found else ""


def _postcode(cell: str, sign: str) -> str:
    found = POSTCODE.search(cell)
    return found[1] if found else ""


def _city(cell: str, sign: str) -> str:
    found = POSTCODE.search(cell)
    if found:
        return cell[found.end() :].partition(",")[0].strip(" ,;")
    line = _street_line(cell)
    return cell[len(line) :].strip(" ,;") if line != cell.strip() else ""


#: Name of a part → what takes it of a tidy cell that is not empty. `sign` is what the manager typed.
PARTS: dict[str, Callable[[str, str], str]] = {
    "first-word": _first_word,
    "after-first-word": _after_first_word,
    "last-word": _last_word,
    "before-last-word": _before_last_word,
    "street": _street,
    "house-number": _house,
    "postcode": _postcode,
    "city": _city,
    "before": _before,
    "after": _after,
}
#: Parts that need to be told the sign that divides the cell.
SIGNED_PARTS = frozenset(("before", "after"))
