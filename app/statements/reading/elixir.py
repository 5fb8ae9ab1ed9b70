"""Elixir-0 rows as banks give them out: statements, and files of mass collections.

A row: `111` credit, `222` debit or `110` mass payment, RRRRMMDD, grosze, sort code, 0, account, account, name, name,
0, sort code, title, …; text of up to four lines joined by `|`. In 111 and 222 the first account and name are our own,
in 110 the payer's. A mass file ends with `999,count,sum`.
"""

from __future__ import annotations

import csv
import re
from typing import Any

from app.statements.reading.bookings import (
    Booking,
    Statement,
    Unreadable,
    account_number,
    day,
    numbers_in,
    tidy,
)
from app.statements.reading.details import mass_number

STATEMENT_ROWS = {"111": 1, "222": -1}
MASS_ROW, TRAILER = "110", "999"
_FEWEST = 12
Notes = list[tuple[str, dict[str, Any]]]


def rows(text: str) -> list[tuple[int, list[str]]]:
    """(line, fields) of every row that is not blank. Raises Unreadable."""
    reader = csv.reader(text.replace("\0", "").splitlines(), skipinitialspace=True)
    try:
        return [(reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row))]
    except csv.Error:
        raise Unreadable("row", line=reader.line_num) from None


def read(text: str) -> tuple[list[Statement], Notes]:
    """The statements of a file: one an account; mass payments make one without an account. Raises Unreadable."""
    found: dict[str | None, Statement] = {}
    mass: list[int] = []
    trailer: tuple[int, int, int] | None = None
    for line, row in rows(text):
        if row[0] == TRAILER:
            trailer = _trailer(row, line)
        elif row[0] in STATEMENT_ROWS or row[0] == MASS_ROW:
            if len(row) < _FEWEST:
                raise Unreadable("row", line=line)
            account, booking = _booking(row, line)
            found.setdefault(account, Statement(account)).bookings.append(booking)
            if row[0] == MASS_ROW:
                mass.append(booking.amount)
        else:
            raise Unreadable("row", line=line)
    if not found and trailer is None:
        raise Unreadable("elixir-empty")
    if trailer is not None:
        counted = mass or [abs(booking.amount) for made in found.values() for booking in made.bookings]
        if (len(counted), sum(counted)) != trailer[1:]:
            raise Unreadable("trailer", line=trailer[0], count=trailer[1], found=len(counted))
    notes: Notes = [("no-trailer", {})] if mass and trailer is None else []
    return list(found.values()) or [Statement(None)], notes


def _trailer(row: list[str], line: int) -> tuple[int, int, int]:
    if len(row) < 3 or not all(re.fullmatch(r"[0-9]{1,15}", cell) for cell in row[1:3]):
        raise Unreadable("row", line=line)
    return line, int(row[1]), int(row[2])


def _booking(row: list[str], line: int) -> tuple[str | None, Booking]:
    """The account that the row is of, and its booking."""
    on = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", row[1])
    if not on:
        raise Unreadable("date", line=line, value=row[1][:40])
    if not re.fullmatch(r"[0-9]{1,15}", row[2]):
        raise Unreadable("amount", line=line, value=row[2][:40])
    collected = row[0] == MASS_ROW
    first, second = account_number(row[5]), account_number(row[6])
    own, payer = (second, first) if collected else (first, second)
    name = tidy((row[7] if collected else row[8]).replace("|", " "))
    title = tidy(row[11].replace("|", ""))
    # Each line of the title is 35 signs; a shorter one ended with a space that is gone.
    title = tidy("".join(part if len(part) == 35 else f"{part} " for part in row[11].split("|"))) or title
    said = tidy(" ".join(row[11:]).replace("|", " "))
    virtual, mass_id = mass_number(said)
    sides = {own, payer}
    booking = Booking(
        STATEMENT_ROWS.get(row[0], 1) * int(row[2]), "PLN", day(*on.groups(), line=line), None, False, (), payer,
        name[:300], title[:500], own if collected else virtual, mass_id,
        tuple(number for number in numbers_in(said) if number not in sides)[:10], said[:2000],
    )  # fmt: skip
    return (None if collected else own), booking
