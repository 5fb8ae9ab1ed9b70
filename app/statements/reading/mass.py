"""Files of mass collections that are not Elixir rows.

`pipe`: `seq|DDMMRRRR|450.00|payer|payer's account|virtual account|title`. `isor`: comma-separated rows that begin with
`02`, whose fields 3 to 8 are id, grosze, RRRRMMDD, title, the bank's id and payer; other rows are headers and sums.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from app.core.checksums import is_nrb
from app.statements.reading.bookings import Booking, Statement, Unreadable, account_number, day, grosze, tidy
from app.statements.reading.elixir import rows

Notes = list[tuple[str, dict[str, Any]]]


def read_pipe(text: str) -> tuple[list[Statement], Notes]:
    """One statement of all payments. Raises Unreadable."""
    made = Statement(None)
    for line, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        cells = [cell.strip() for cell in written.split("|")]
        on = re.fullmatch(r"([0-9]{2})([0-9]{2})([0-9]{4})", cells[1]) if len(cells) >= 7 else None
        if on is None:
            raise Unreadable("row", line=line)
        made.bookings.append(
            Booking(
                grosze(cells[2], line=line), "PLN", day(on[3], on[2], on[1], line=line), None, False, (),
                account_number(cells[4]), tidy(cells[3])[:300], tidy("|".join(cells[6:]))[:500],
                account_number(cells[5]), None, (), tidy(written)[:2000],
            )
        )  # fmt: skip
    if not made.bookings:
        raise Unreadable("mass-empty")
    return [made], []


def read_isor(text: str) -> tuple[list[Statement], Notes]:
    """One statement of all payments. Raises Unreadable."""
    made = Statement(None)
    seen: Counter[str] = Counter()
    for line, row in rows(text):
        if row[0] != "02":
            continue
        on = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})", row[5]) if len(row) >= 9 else None
        if on is None:
            raise Unreadable("row", line=line)
        if not re.fullmatch(r"[0-9]{1,15}", row[4]):
            raise Unreadable("amount", line=line, value=row[4][:40])
        digits = re.sub(r"\D", "", row[3])
        seen[row[7]] += 1
        made.bookings.append(
            Booking(
                int(row[4]), "PLN", day(*on.groups(), line=line), None, False,
                (f"isor:{row[7]}/{seen[row[7]]}",) if row[7] else (), None, tidy(row[8].replace("|", " "))[:300],
                tidy(row[6].replace("|", " "))[:500], digits if is_nrb(digits) else None,
                None if is_nrb(digits) else digits or None, (), tidy(" ".join(row))[:2000],
            )
        )  # fmt: skip
    if not made.bookings:
        raise Unreadable("mass-empty")
    return [made], []
