"""Words and arithmetic of the ledger, without a database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.core.language import lazy_gettext as _l

KINDS = {
    "opening": _l("Bilans otwarcia"),
    "charge": _l("Naliczenie"),
    "payment": _l("Wpłata"),
    "interest": _l("Odsetki"),
    "settlement": _l("Rozliczenie"),
    "allowance": _l("Dodatek mieszkaniowy"),
    "correction": _l("Korekta"),
}
ACCOUNTS = {
    "rent": _l("Opłaty za lokal"),
    "water": _l("Woda"),
    "heat": _l("Centralne ogrzewanie"),
    "repairs": _l("Fundusz remontowy"),
    "interest": _l("Odsetki"),
}


class Worded:
    """What every row that stands for an entry of the ledger can say in words."""

    __slots__ = ()
    kind: str
    account: str
    period: str | None

    @property
    def kind_label(self) -> str:
        return str(KINDS.get(self.kind, self.kind))

    @property
    def account_label(self) -> str:
        return str(ACCOUNTS.get(self.account, self.account))

    @property
    def month(self) -> str | None:
        """The period as people write it: `11/2026`."""
        return f"{self.period[5:]}/{self.period[:4]}" if self.period else None


@dataclass(frozen=True, slots=True)
class Due:
    """A day on which something falls due, and how much, in grosze."""

    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be paid of a balance, in grosze: `late` is past its term, `dues` are the terms to come."""

    late: int
    dues: tuple[Due, ...]


def owed(balance: int, coming: Iterable[Due]) -> Owed:
    """Split a balance by when it falls due; `coming` is all that falls due from today on.

    What was paid counts for the oldest debts first, so what falls due last is what is still owed.
    """
    left, dues = max(balance, 0), list[Due]()
    for due in sorted(coming, key=lambda due: due.date, reverse=True):
        part = min(left, due.amount)
        left -= part
        if part:
            dues.append(Due(due.date, part))
    return Owed(left, tuple(reversed(dues)))


def account_number(digits: str | None) -> str | None:
    """A 26-digit account (NRB) in the groups in which it is read aloud: 2, then six times 4."""
    if not digits:
        return None
    return " ".join([digits[:2], *(digits[start : start + 4] for start in range(2, len(digits), 4))])
