"""The proof of a balance (dowód salda): opening + charges − payments ± corrections, without a database.

Every entry of the books counts in exactly one column of exactly one year and settlement account, so the chain of
years ends with the balance whatever the entries are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from app.finances.rules import ACCOUNTS

OPENING, CHARGES, PAYMENTS, CORRECTIONS = "opening", "charges", "payments", "corrections"
#: In which column a kind of entries counts, whichever side it is booked on; all others are corrections.
COLUMN = {
    "opening": OPENING,
    "charge": CHARGES,
    "interest": CHARGES,
    "payment": PAYMENTS,
    "allowance": PAYMENTS,
}


@dataclass(frozen=True, slots=True)
class Booked:
    """What was booked on an account in a year by entries of one kind: debits minus credits in grosze.

    `year` None is all that is older than the proof goes.
    """

    account: str
    year: int | None
    kind: str
    grosze: int


@dataclass(frozen=True, slots=True)
class Line:
    """One equation in grosze: opening + charges − payments + corrections = closing."""

    opening: int = 0
    charges: int = 0
    payments: int = 0
    corrections: int = 0

    @property
    def closing(self) -> int:
        return self.opening + self.charges - self.payments + self.corrections

    @property
    def idle(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.opening or self.charges or self.payments or self.corrections)

    def __add__(self, other: Line) -> Line:
        return Line(
            self.opening + other.opening,
            self.charges + other.charges,
            self.payments + other.payments,
            self.corrections + other.corrections,
        )


@dataclass(frozen=True, slots=True)
class AccountLine:
    """The equation of one settlement account (konto) in a year."""

    account: str
    line: Line

    @property
    def label(self) -> str:
        return str(ACCOUNTS.get(self.account, self.account))


@dataclass(frozen=True, slots=True)
class Year:
    """A year: its accounts with anything on them, and all of them together."""

    number: int
    accounts: list[AccountLine]
    total: Line


@dataclass(frozen=True, slots=True)
class Proof:
    """The whole chain, oldest year first: each begins with what the one before ended with, the last ends with the
    balance."""

    years: list[Year]
    balance: int

    @property
    def whole(self) -> Line:
        """All years in one equation, whose opening is all that was brought forward from elsewhere."""
        moved = sum((replace(year.total, opening=0) for year in self.years), Line())
        return replace(moved, opening=self.balance - moved.closing)


def prove(booked: Iterable[Booked]) -> Proof:
    """The chain of years; what is booked on an account in a year by entries of one kind may be given in parts."""
    sums: dict[tuple[str, int], dict[str, int]] = {}
    carried: dict[str, int] = {}
    for each in booked:
        if each.year is None:
            carried[each.account] = carried.get(each.account, 0) + each.grosze
            continue
        columns = sums.setdefault((each.account, each.year), {})
        column = COLUMN.get(each.kind, CORRECTIONS)
        columns[column] = columns.get(column, 0) + each.grosze
    accounts = in_order({account for account, _year in sums} | carried.keys())
    years = []
    for number in sorted({year for _account, year in sums}):
        lines = []
        for account in accounts:
            columns = sums.get((account, number), {})
            line = Line(
                carried.get(account, 0) + columns.get(OPENING, 0),
                columns.get(CHARGES, 0),
                -columns.get(PAYMENTS, 0),
                columns.get(CORRECTIONS, 0),
            )
            carried[account] = line.closing
            if not line.idle:
                lines.append(AccountLine(account, line))
        years.append(Year(number, lines, sum((each.line for each in lines), Line())))
    return Proof(years, sum(carried.values()))


def in_order(accounts: Iterable[str]) -> list[str]:
    """Accounts as pages name them: the known ones in their order, then others by name."""
    found = set(accounts)
    return [account for account in ACCOUNTS if account in found] + sorted(found - ACCOUNTS.keys())
