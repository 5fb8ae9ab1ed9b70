"""How a unit stands: what it owes by settlement account, what is on its way, and its newest entries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import text

from app.accounts.holdings import HeldUnit
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.estate import scope
from app.finances.discretion import DOCUMENT, KIND, MARKED, TITLE, reader
from app.finances.rules import ACCOUNTS, Due, Owed, Worded, owed
from tenants import reading
from tenants.db import db

Day = date  # beside fields of that name
LAST_ENTRIES = 24
NOW = "unit_code = :unit AND until_revision IS NULL"
NEWEST = "booked_on DESC, entry DESC"
COLUMNS = "booked_on, kind, account, title, document, period, debit, credit"
_TOLD = f"booked_on, {KIND}, account, {TITLE}, {DOCUMENT}, period, debit, credit"


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """The balance of one settlement account (konto) in grosze, positive is owed, and by when it is to be paid."""

    kind: str
    grosze: int
    owed: Owed = field(default=Owed(0, ()))

    @property
    def label(self) -> str:
        return str(ACCOUNTS.get(self.kind, self.kind))


@dataclass(frozen=True, slots=True)
class Entry(Worded):
    """One entry (obrót), amounts and running balance in grosze; `due` is its term, if it has one."""

    date: date
    kind: str
    account: str
    title: str | None
    document: str | None
    period: str | None
    debit: int
    credit: int
    balance_after: int
    due: Day | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Money that a bank has credited to the unit and the books do not hold yet, in grosze."""

    date: date
    amount: int
    title: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a unit stands: the balance of the books in grosze (positive is owed), of what it consists, by when it is
    to be paid, and the newest entries, newest first.

    `term` is the last term that has passed. What is `pending` is not in the balance.
    """

    balance: int
    accounts: list[AccountBalance]
    owed: Owed
    term: date | None
    entries: list[Entry]
    pending: list[Pending]

    @property
    def due(self) -> Due | None:
        """The next term, and what is to be paid by then beside what is late."""
        return self.owed.dues[0] if self.owed.dues else None

    @property
    def on_their_way(self) -> int:
        return sum(payment.amount for payment in self.pending)

    @property
    def after_pending(self) -> int:
        """What the balance will be when the books hold the payments on their way."""
        return self.balance - self.on_their_way


# Whether an entry is concealed is asked once of each, which is why this reads `MARKED` and not `LEDGER`.
_STANDING = text(
    f"WITH mine AS MATERIALIZED (SELECT entry, coalesce(due_on, booked_on) AS due_on, {COLUMNS}, concealed "
    f"FROM {MARKED} AS marked WHERE {NOW}) "
    f"(SELECT 'entry' AS part, {_TOLD}, entry FROM mine WHERE booked_on >= coalesce(:since, '-infinity'::date) "
    f"ORDER BY {NEWEST} LIMIT {LAST_ENTRIES}) "
    "UNION ALL SELECT 'balance', max(due_on) FILTER (WHERE debit > 0 AND due_on < :today), NULL, account, "
    "NULL, NULL, NULL, sum(debit - credit)::bigint, NULL, NULL FROM mine GROUP BY account "
    "UNION ALL SELECT 'due', due_on, NULL, account, NULL, NULL, NULL, sum(debit)::bigint, NULL, NULL FROM mine "
    "WHERE debit > 0 AND due_on >= :today GROUP BY due_on, account "
    "UNION ALL SELECT 'pending', paid_on, NULL, account, title, NULL, NULL, amount, NULL, source_ref "
    "FROM pending_payments WHERE unit_code = :unit AND state = 'pending' "
    "AND paid_on >= coalesce(:since, '-infinity'::date) "
    f"ORDER BY part, {NEWEST}"
)


def standing(actor: Actor, unit: HeldUnit, today: date) -> Standing:
    """How the unit stands: one statement, for the page that residents open most.

    The balance is that of the books; entries from before the unit's holders got it are not listed. A debit without
    a term falls due on the day on which it was booked.
    """
    balances: dict[str, int] = {}
    terms: list[date] = []
    coming: dict[str, list[Due]] = {}
    newest, pending = [], []
    for part, *row in reading.rows(_STANDING, {**reader(actor, unit), "today": today, "since": unit.since}):
        if part == "balance":
            balances[row[2]] = row[6]
            terms += [row[0]] if row[0] else []
        elif part == "due":
            coming.setdefault(row[2], []).append(Due(row[0], row[6]))
        elif part == "pending":
            pending.append(Pending(row[0], row[6], row[3]))
        else:
            newest.append(row[:8])
    accounts = [
        AccountBalance(kind, balances[kind], owed(balances[kind], coming.get(kind, ()))) for kind in _ordered(balances)
    ]
    balance = sum(balances.values())
    in_all = Counter[date]()
    for dues in coming.values():
        in_all.update({due.date: due.amount for due in dues})
    split = owed(balance, (Due(day, amount) for day, amount in in_all.items()))
    return Standing(balance, accounts, split, max(terms, default=None), _listed(newest, balance), pending)


def _ordered(balances: dict[str, int]) -> list[str]:
    return [kind for kind in ACCOUNTS if kind in balances] + sorted(kind for kind in balances if kind not in ACCOUNTS)


def _listed(newest: list[list[Any]], balance: int) -> list[Entry]:
    entries, after = list[Entry](), balance
    for row in newest:
        values = [*row, after]
        entries.append(Entry(*values))
        after -= row[6] - row[7]
    return entries


def balances_of_units(actor: Actor, codes: list[str]) -> dict[str, int]:
    """The balance of each of these units in grosze, for staff in whose buildings they are; those without entries are
    left out."""
    if not actor.may(Can.SEE_RESIDENTS):
        raise NotThere("")
    statement = text(
        "SELECT unit_code, sum(debit - credit)::bigint AS balance FROM ledger_entries "
        f"WHERE unit_code = ANY(:codes) AND until_revision IS NULL AND {scope.units('unit_code')} GROUP BY unit_code"
    )
    values = {"codes": codes, **scope.values(actor)}
    return {row.unit_code: row.balance for row in db.session.execute(statement, values)}
