"""Words, rows and arithmetic of the page, for both peers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

KINDS = {
    "opening": "Bilans otwarcia",
    "charge": "Naliczenie",
    "payment": "Wpłata",
    "interest": "Odsetki",
    "settlement": "Rozliczenie",
    "allowance": "Dodatek mieszkaniowy",
    "correction": "Korekta",
}
ACCOUNTS = {
    "rent": "Opłaty za lokal",
    "water": "Woda",
    "heat": "Centralne ogrzewanie",
    "repairs": "Fundusz remontowy",
    "interest": "Odsetki",
}
TABS = {
    "/payments": "Ogólnie",
    "/payments/entries": "Rachunki i płatności",
    "/payments/calendar": "Kalendarz",
    "/payments/proof": "Dowód salda",
    "/payments/changes": "Co się zmieniło",
    "/payments/slip": "Blankiet",
}
INTEREST = {"/payments/interest": "Odsetki"}


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
class Due:
    date: date
    amount: int


@dataclass(frozen=True, slots=True)
class Owed:
    """What is to be paid of a balance: `late` is past its term, `dues` are the terms to come."""

    late: int
    dues: list[Due]


@dataclass(frozen=True, slots=True)
class AccountBalance:
    kind: str
    grosze: int
    owed: Owed

    @property
    def label(self):
        return ACCOUNTS.get(self.kind, self.kind)


@dataclass(frozen=True, slots=True)
class Pending:
    """Money that a bank has credited and the books do not hold yet."""

    date: date
    amount: int
    title: str | None


@dataclass(frozen=True, slots=True)
class Unit:
    code: str
    address_line: str


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit stands, in grosze; `term` is the last term that has passed."""

    balance: int
    accounts: list[AccountBalance]
    owed: Owed
    term: date | None
    entries: list[Entry]
    pending: list[Pending]

    @property
    def after_pending(self):
        return self.balance - sum(payment.amount for payment in self.pending)

    @property
    def tabs(self):
        return TABS | INTEREST if self.owed.late else TABS


def standing(balances, coming, term, newest, pending):
    """`balances` and `coming` (amounts by day) by settlement account, `newest` entries without a running balance."""
    balance = sum(balances.values())
    in_all = Counter()
    for dues in coming.values():
        in_all.update(dues)
    kinds = [kind for kind in ACCOUNTS if kind in balances] + sorted(balances.keys() - ACCOUNTS.keys())
    accounts = [AccountBalance(kind, balances[kind], owed(balances[kind], coming.get(kind, {}))) for kind in kinds]
    return Standing(balance, accounts, owed(balance, in_all), term, with_balances(newest, balance), pending)


def standing_of(rows):
    """What our one statement gives."""
    balances, coming, terms, pending = {}, {}, [], []
    for part, day, _kind, account, title, _document, _period, amount, *_rest in rows:
        if part == "balance":
            balances[account] = amount
            terms += [day] if day else []
        elif part == "due":
            coming.setdefault(account, {})[day] = amount
        elif part == "pending":
            pending.append(Pending(day, amount, title))
    newest = [row[1:9] for row in rows if row[0] == "entry"]
    return standing(balances, coming, max(terms, default=None), newest, pending)


def owed(balance, coming):
    """Payments count for the oldest debts first, so what falls due last is what is still owed."""
    left, dues = max(balance, 0), []
    for day in sorted(coming, reverse=True):
        part = min(left, coming[day])
        left -= part
        if part:
            dues.insert(0, Due(day, part))
    return Owed(left, dues)


def with_balances(rows, balance):
    """Entries, newest first, with the balance after each."""
    entries = []
    for row in rows:
        entries.append(Entry(*row, balance_after=balance))
        balance -= row[6] - row[7]
    return entries


def discreet(rows, decisions, person):
    """The entries with others' housing allowances told as payments; `decisions` are all that the unit has."""
    return [
        (row[0], "payment", row[2], None, None, *row[5:]) if _is_others(row, decisions, person) else row for row in rows
    ]


def _is_others(row, decisions, person):
    if row[1] != "allowance":
        return False
    month = date.fromisoformat(f"{row[5]}-01") if row[5] else row[0].replace(day=1)
    covering = [each for each in decisions if each.from_on.replace(day=1) <= month <= each.to_on]
    mine = [each for each in covering if each.person_code == person]
    return not any(each.monthly == row[7] or len(mine) == len(covering) for each in mine)


def account_number(digits):
    return " ".join([digits[:2], *(digits[at : at + 4] for at in range(2, len(digits), 4))]) if digits else None
