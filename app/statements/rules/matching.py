"""Whose money it is: virtual account, mass-payment id, known payer, reference in the title, in that order.

A name alone decides nothing, here or anywhere: what these four do not tell is for a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from app.core.checksums import nrb

#: An id of fewer digits than this may end many accounts by chance.
SAFE_TAIL = 8
#: Every bank numbers its payers from one: ids below this are believed only at the bank that made the accounts.
SAFE_ID = 1000
_PARTS = re.compile(r"[0-9A-Z]+")
#: Words after which even a bare number is a unit.
_LABELS = frozenset(
    {"LOK", "LOKAL", "LOKALU", "LOKALNR", "MIESZKANIE", "MIESZKANIA", "MIESZK", "KOD", "INDEKS", "IND", "KARTOTEKA"}
)
_LONGEST_CODE = 6  # parts
_SURE_NUMBER = 6


@dataclass(frozen=True, slots=True)
class Paid:
    """What a booking says of the unit that it is for."""

    title: str = ""
    payer: str | None = None
    account: str | None = None
    target: str | None = None
    mass_id: str | None = None
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """A unit and how it was known: `account`, `mass`, `payer` or `title`."""

    unit: str
    way: str


@dataclass(slots=True)
class Directory:
    """What is known: virtual accounts now and earlier, prefixes of schemes, what persons taught, codes of units."""

    accounts: dict[str, str] = field(default_factory=dict)
    schemes: tuple[str, ...] = ()
    payers: dict[str, str] = field(default_factory=dict)
    mass: dict[str, str] = field(default_factory=dict)
    codes: dict[str, frozenset[str]] = field(default_factory=dict)
    _tails: dict[int, dict[str, set[str]]] = field(default_factory=dict)

    def ending_in(self, digits: str) -> frozenset[str]:
        """Virtual accounts that end in these digits."""
        length = len(digits)
        if length not in self._tails:
            made: dict[str, set[str]] = defaultdict(set)
            for account in self.accounts:
                made[account[-length:]].add(account)
            self._tails[length] = dict(made)
        return frozenset(self._tails[length].get(digits, ()))


def plain(text: str) -> str:
    """Upper case without Polish marks: `Łąkowa` → `LAKOWA`."""
    folded = unicodedata.normalize("NFKD", text.upper().replace("Ł", "L"))
    return "".join(sign for sign in folded if not unicodedata.combining(sign))


def code_index(codes: Iterable[str]) -> dict[str, frozenset[str]]:
    """Codes by their letters and digits alone, as titles are searched for them."""
    made: dict[str, set[str]] = defaultdict(set)
    for code in codes:
        made["".join(_PARTS.findall(plain(code)))].add(code)
    made.pop("", None)
    return {bare: frozenset(same) for bare, same in made.items()}


def unit_of(paid: Paid, known: Directory) -> Found | None:
    """The unit that a payment is for, if something certain tells it."""
    for number in (paid.target, *paid.numbers, paid.account, paid.payer):
        if number and number in known.accounts:
            return Found(known.accounts[number], "account")
    unit = _by_mass_id(paid, known)
    if unit:
        return Found(unit, "mass")
    if paid.payer and paid.payer in known.payers:
        return Found(known.payers[paid.payer], "payer")
    named = named_in(paid.title, known.codes)
    return Found(next(iter(named)), "title") if len(named) == 1 else None


def mass_ids(paid: Paid, schemes: Iterable[str]) -> list[str]:
    """The ids under which a mass payment may be known: as told, and what follows a scheme's prefix."""
    found = [paid.mass_id] if paid.mass_id else []
    for prefix in schemes:
        for number in (paid.target, paid.account):
            if number and number[2:].startswith(prefix):
                found.append(number[2 + len(prefix) :])
    return [each.lstrip("0") for each in dict.fromkeys(found) if each.strip("0")]


def _by_mass_id(paid: Paid, known: Directory) -> str | None:
    for each in mass_ids(paid, known.schemes):
        if each in known.mass:
            return known.mass[each]
    if not paid.mass_id or not paid.mass_id.strip("0"):
        return None
    made = set()
    for prefix in known.schemes:
        room = 24 - len(prefix)
        if len(paid.mass_id.lstrip("0")) <= room:
            made.add(known.accounts.get(nrb(prefix + paid.mass_id.lstrip("0").zfill(room))))
    made.discard(None)
    if not made and len(paid.mass_id) >= SAFE_TAIL:
        ending = known.ending_in(paid.mass_id)
        made = {known.accounts[each] for each in ending if int(paid.mass_id) >= SAFE_ID or _one_bank(paid, each)}
    return made.pop() if len(made) == 1 else None


def _one_bank(paid: Paid, account: str) -> bool:
    """Whether the manager's account that was credited is kept by the bank of a virtual account: digits 3 to 6."""
    return paid.account is not None and len(paid.account) == 26 and paid.account[2:6] == account[2:6]


def named_in(title: str, codes: dict[str, frozenset[str]]) -> frozenset[str]:
    """Units whose code stands in a title, whole. Bare numbers count only where nothing else can be meant."""
    parts = _PARTS.findall(plain(title))
    found: list[tuple[int, int, frozenset[str]]] = []
    for begin in range(len(parts)):
        for end in range(begin + 1, min(begin + _LONGEST_CODE, len(parts)) + 1):
            bare = "".join(parts[begin:end])
            if bare in codes and _sure(bare, parts, begin, end):
                found.append((begin, end, codes[bare]))
    widest = [
        one
        for one in found
        if not any(other[0] <= one[0] and one[1] <= other[1] and other[:2] != one[:2] for other in found)
    ]
    return frozenset(code for _begin, _end, same in widest for code in same)


def _sure(bare: str, parts: list[str], begin: int, end: int) -> bool:
    labelled = begin > 0 and parts[begin - 1] in _LABELS
    alone = end - begin == 1
    if bare.isdigit():
        # `07 2026` is a month, and so may be any short number.
        return labelled or (alone and len(bare) >= _SURE_NUMBER and not re.fullmatch(r"20[0-9]{4,6}", bare))
    if bare.isalpha():
        return labelled and alone
    # Parts that a title only happens to have beside each other, such as `M 2` in an address, are no code.
    return labelled or alone or len(bare) >= _SURE_NUMBER
