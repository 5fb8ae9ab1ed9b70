"""Which entries of the books stand for which payments that a bank reported, without a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

#: A payment may be booked with a date a little before the bank's, because value dates jump over weekends …
EARLIER = timedelta(days=3)
#: … and later, because books lag; less than a month, so that a standing order never stands for its predecessor.
LATER = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that a bank reported: `key` names it; amount in grosze."""

    key: int
    unit: str
    amount: int
    on: date


@dataclass(frozen=True, slots=True)
class Booked:
    """A payment in the books: the entry's number; amount in grosze."""

    entry: str
    unit: str
    amount: int
    on: date


def assigned(payments: Iterable[Paid], entries: Iterable[Booked]) -> dict[int, str]:
    """Which entry stands for which payment: same unit, same amount, a date near enough, each entry once.

    As many payments as can be are booked. The answer depends on the sets alone, never on who came first.
    """
    waiting: dict[tuple[str, int], list[Paid]] = defaultdict(list)
    for payment in payments:
        waiting[payment.unit, payment.amount].append(payment)
    offered: dict[tuple[str, int], list[Booked]] = defaultdict(list)
    for entry in entries:
        offered[entry.unit, entry.amount].append(entry)
    found: dict[int, str] = {}
    for kind, group in waiting.items():
        free = sorted(offered[kind], key=lambda entry: (entry.on, entry.entry))
        at = 0
        # All windows are equally long, so taking both in order of date books the most.
        for payment in sorted(group, key=lambda payment: (payment.on, payment.key)):
            while at < len(free) and free[at].on < payment.on - EARLIER:
                at += 1
            if at < len(free) and free[at].on <= payment.on + LATER:
                found[payment.key] = free[at].entry
                at += 1
    return found
