"""Words and rows of the page, for both peers."""

from dataclasses import dataclass
from datetime import date

KINDS = {"charge": "Naliczenie", "payment": "Wpłata", "interest": "Odsetki", "correction": "Korekta"}
ACCOUNTS = {"rent": "Opłaty za lokal", "water": "Woda", "repairs": "Fundusz remontowy", "interest": "Odsetki"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the ledger, amounts in grosze."""

    date: date
    kind: str
    account: str
    title: str | None
    document: str | None
    period: str | None
    debit: int
    credit: int
    balance_after: int

    @property
    def kind_label(self):
        return KINDS.get(self.kind, self.kind)

    @property
    def month(self):
        return f"{self.period[5:]}/{self.period[:4]}" if self.period else None


@dataclass(frozen=True, slots=True)
class AccountBalance:
    kind: str
    grosze: int

    @property
    def label(self):
        return ACCOUNTS.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Due:
    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    address_line: str


def standing_of(rows):
    """What our one statement gives: balance, accounts, due and entries."""
    balances = [(row[3], row[7]) for row in rows if row[0] == "balance"]
    accounts = in_order(balances)
    balance = sum(each.grosze for each in accounts)
    coming = [(row[1], row[7]) for row in rows if row[0] == "due"]
    next_day = min((day for day, _amount in coming), default=None)
    due = Due(next_day, sum(amount for day, amount in coming if day == next_day)) if coming else None
    return balance, accounts, due, with_balances([row[1:9] for row in rows if row[0] == "entry"], balance)


def in_order(rows):
    """Balances in the order in which people read them."""
    found = {kind: AccountBalance(kind, int(grosze)) for kind, grosze in rows}
    known = [found.pop(kind) for kind in ACCOUNTS if kind in found]
    return known + list(found.values())


def with_balances(rows, balance):
    """Entries, newest first, with the balance after each."""
    entries = []
    for row in rows:
        entries.append(Entry(*row, balance_after=balance))
        balance -= row[6] - row[7]
    return entries


def account_number(digits):
    return " ".join([digits[:2], *(digits[at : at + 4] for at in range(2, len(digits), 4))])
