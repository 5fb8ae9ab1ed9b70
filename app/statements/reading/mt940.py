"""MT940 (closed days) and MT942 (the running day), as Polish banks write them.

Fields as in SWIFT category 9: :25: account, :28C: number, :60F/M: and :62F/M: balances, :61: a booking, :86: its
details. Banks add signs of control between blocks, write :86: twice or not at all, pad amounts and mark the currency's
third letter after the side (`CR` is a credit in EUR, `RC` the reversal of a credit).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.statements.reading.bookings import (
    DETAILS_LENGTH,
    Booking,
    Statement,
    Unreadable,
    account_number,
    day,
    grosze,
    numbers_in,
)
from app.statements.reading.details import Details, details

_TAG = re.compile(r":(\d\d[A-Z]?):(.*)")
_END = re.compile(r"-\}?\s*|\{.*\}?\s*")
_CONTROL = str.maketrans("", "", "\x01\x02\x03\x04\x1a\ufeff")
_ENTRY = re.compile(
    r"(\d\d)(\d\d)(\d\d)(?:(\d\d)(\d\d))?(E[CD]|R[CD]|[CD])([A-Z])?"
    r"(\d{1,15}(?:[.,]\d{0,2})?)(?:[NFS][A-Z0-9]{3}|(?=//|\s|$))([^\n]*)"
)
_BALANCE = re.compile(r"([CD])(\d\d)(\d\d)(\d\d)([A-Z]{3})([\d., ]+)")
_FLOOR = re.compile(r"([A-Z]{3})[CD]?[\d., ]*")
_SUM = re.compile(r"(\d*)([A-Z]{3})([\d., ]+)")
_NO_REFERENCE = frozenset({"", "NONREF", "NIEZNANE", "BRAK"})
Notes = list[tuple[str, dict[str, Any]]]


def read(text: str) -> tuple[list[Statement], Notes]:
    """The statements of a file. Raises Unreadable."""
    notes: Notes = []
    found: list[_Reading] = []
    for tag, lines, at in _fields(text):
        if tag == "20" or not found:
            if tag not in ("20", "25"):
                continue
            found.append(_Reading())
        found[-1].take(tag, lines, at)
    statements = [reading.finish(notes) for reading in found if reading.account is not None or reading.entries]
    if not statements:
        raise Unreadable("mt940-empty")
    return statements, notes


def _fields(text: str) -> Iterator[tuple[str, list[str], int]]:
    """(tag, lines, number of the first line) of every field."""
    tag, began = "", 0
    lines: list[str] = []
    for at, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        line = line.translate(_CONTROL)
        found = _TAG.match(line)
        if found:
            if tag:
                yield tag, lines, began
            tag, lines, began = found[1], [found[2]], at
        elif _END.fullmatch(line):
            if tag:
                yield tag, lines, began
            tag = ""
        elif tag and line:
            lines.append(line)
    if tag:
        yield tag, lines, began


@dataclass
class _Entry:
    """One :61: and the :86: fields that follow it."""

    value_on: date
    booked_on: date | None
    side: str
    amount: int
    reference: str
    told: list[list[str]] = field(default_factory=list)


class _Reading:
    """A statement while its fields come in."""

    def __init__(self) -> None:
        self.account: str | None = None
        self.number: str | None = None
        self.currency: str | None = None
        self.opening: tuple[int, date] | None = None
        self.closing: tuple[int, date] | None = None
        self.sums: dict[str, tuple[int, int]] = {}
        self.intraday = False
        self.entries: list[_Entry] = []
        self._current: _Entry | None = None

    def take(self, tag: str, lines: list[str], at: int) -> None:
        value = lines[0].strip()
        if tag == "61":
            self._current = _entry("\n".join(lines), at)
            self.entries.append(self._current)
        elif tag == "86":
            if self._current is not None:
                self._current.told.append(lines)
        elif tag == "25":
            self.account = account_number(value) or "?"
        elif tag in ("28", "28C"):
            self.number = value[:40] or None
        elif tag in ("60F", "60M"):
            self.opening = self._balance(value, at)
        elif tag in ("62F", "62M"):
            self._current = None
            self.closing = self._balance(value, at)
        elif tag == "34F":
            self.intraday = True
            floor = _FLOOR.fullmatch(value)
            self.currency = self.currency or (floor[1] if floor else None)
        elif tag in ("90C", "90D"):
            self._current = None
            self._sum(tag, value, at)
        elif tag in ("13", "13D"):
            self.intraday = True

    def _balance(self, value: str, at: int) -> tuple[int, date]:
        found = _BALANCE.fullmatch(value)
        if not found:
            raise Unreadable("balance", line=at, value=value[:40])
        self.currency = found[5]
        held = grosze(found[6], line=at)
        return (held if found[1] == "C" else -held), day(found[2], found[3], found[4], line=at)

    def _sum(self, tag: str, value: str, at: int) -> None:
        found = _SUM.fullmatch(value)
        if found:
            self.sums[tag[-1]] = (int(found[1] or 0), grosze(found[3], line=at))

    def finish(self, notes: Notes) -> Statement:
        currency = self.currency or "PLN"
        made = Statement(
            self.account, self.number, currency,
            self.opening[0] if self.opening else None, self.closing[0] if self.closing else None,
            self.opening[1] if self.opening else None, self.closing[1] if self.closing else None,
            not self.intraday,
        )  # fmt: skip
        seen: Counter[str] = Counter()
        made.bookings = [_booking(entry, made, seen) for entry in self.entries]
        for side, (count, total) in self.sums.items():
            mine = [entry.amount for entry in self.entries if _sign(entry.side) == (1 if side == "C" else -1)]
            if self.intraday and (len(mine), sum(mine)) != (count, total):
                notes.append(("sums", {"account": self.account, "side": side}))
        return made


def _sign(side: str) -> int:
    """What an entry does to the balance: the reversal of a credit takes away."""
    return {"C": 1, "D": -1, "EC": 1, "ED": -1, "RC": -1, "RD": 1}[side]


def _entry(text: str, at: int) -> _Entry:
    found = _ENTRY.match(text)
    if not found:
        raise Unreadable("entry", line=at, value=text[:40])
    value_on = day(found[1], found[2], found[3], line=at)
    booked_on = _near(value_on, found[4], found[5], at) if found[4] else None
    reference = found[9].partition("//")[2].strip()
    if reference.upper() in _NO_REFERENCE:
        reference = ""
    return _Entry(value_on, booked_on, found[6], grosze(found[8], line=at), reference)


def _near(value_on: date, month: str, of_month: str, at: int) -> date:
    """The day of entry, told without its year: the one nearest to the value date."""
    months = int(month) - value_on.month
    step = 1 if months < -6 else -1 if months > 6 else 0
    return day(str(value_on.year + step), month, of_month, line=at)


def _booking(entry: _Entry, statement: Statement, seen: Counter[str]) -> Booking:
    # ING writes a bare code first and the details in a second :86:.
    told = max(entry.told, key=lambda lines: (len("".join(lines)) > 6, entry.told.index(lines)), default=None)
    said = details(told) if told else Details()
    refs: tuple[str, ...] = ()
    if said.tnr:
        refs = (f"tnr:{said.tnr}",)
    elif entry.reference:
        # One reference may stand for several bookings, such as a transfer and its fee.
        whole = f"{entry.reference}/{entry.value_on:%y%m%d}/{entry.side}{entry.amount}"
        seen[whole] += 1
        refs = (f"mt:{whole}/{seen[whole]}",)
    sides = {said.payer, statement.account}
    return Booking(
        _sign(entry.side) * entry.amount, statement.currency, entry.value_on, entry.booked_on,
        entry.side in ("RC", "RD"), refs, said.payer, said.name[:300], said.title[:500], said.target, said.mass_id,
        tuple(number for number in numbers_in(said.text) if number not in sides)[:10], said.text[:DETAILS_LENGTH],
    )  # fmt: skip
