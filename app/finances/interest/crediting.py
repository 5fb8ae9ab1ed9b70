"""Which payment paid which due: from the entries of a unit to documents with the days on which they were paid.

The books keep balances by account, not by document, so the portal credits payments itself, and says how:

1. A correction (korekta) on the credit side that names a document lowers that document from its beginning.
2. Any other credit pays the dues of its own settlement account (konto), the one with the oldest due day first.
3. What is left of it pays dues of other accounts in the same order; then it waits for the next due.
4. Interest that the books have charged is paid last, unless the payment is booked on its account; and so is what
   was owed before the unit changed hands.

So what is unpaid, less what waits, is always the balance; and a unit that owes nothing has nothing unpaid.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class Row:
    """An entry of the ledger, or a payment on its way (`kind` is `pending`); amounts in grosze."""

    entry: str
    kind: str
    account: str
    booked_on: date
    due_on: date | None
    debit: int
    credit: int
    document: str | None = None
    title: str | None = None
    period: str | None = None


@dataclass(slots=True)
class Document:
    """A due and how it was paid: (day, grosze). `amount` in grosze, `unpaid` what is left of it."""

    row: Row
    amount: int
    payments: list[tuple[date, int]] = field(default_factory=list)

    @property
    def unpaid(self) -> int:
        return self.amount - sum(grosze for _day, grosze in self.payments)

    @property
    def due_on(self) -> date | None:
        """The day of its term; an opening balance was due before the books began. None: no term, no delay."""
        return self.row.due_on or (self.row.booked_on if self.row.kind == "opening" else None)

    @property
    def bears_interest(self) -> bool:
        """No interest on interest, none on what somebody else left behind, none without a term."""
        return not self._is_last and self.due_on is not None

    @property
    def _is_last(self) -> bool:
        return self.row.kind in ("interest", CARRIED) or self.row.account == "interest"

    def order(self, account: str) -> tuple[bool, bool, date, date, str]:
        """Its place in the queue for a payment on `account`."""
        row = self.row
        last = self._is_last and not (account == row.account == "interest")
        return last, row.account != account, self.due_on or row.booked_on, row.booked_on, row.entry


@dataclass(slots=True)
class _Waiting:
    """A credit for which there was no due yet."""

    on: date
    account: str
    grosze: int


def credited(rows: Iterable[Row]) -> tuple[list[Document], int]:
    """The documents in the order of booking, and what has been paid beyond them, in grosze.

    Of one day, dues are taken before payments.
    """
    documents: list[Document] = []
    waiting: list[_Waiting] = []
    for row in sorted(rows, key=lambda row: (row.booked_on, row.credit > 0, row.entry)):
        if row.debit > 0:
            document = Document(row, row.debit)
            documents.append(document)
            _take_waiting(document, waiting)
        elif row.credit > 0:
            left = _correct(row, documents) if row.kind == "correction" and row.document else row.credit
            if left := _pay(row.booked_on, row.account, left, documents):
                waiting.append(_Waiting(row.booked_on, row.account, left))
    return documents, sum(credit.grosze for credit in waiting)


def since(rows: Iterable[Row], first: date | None) -> list[Row]:
    """The rows of those who have held the unit since a day; all that was before it is one row without a term."""
    if first is None:
        return list(rows)
    kept, before = [], 0
    for row in rows:
        if row.booked_on >= first:
            kept.append(row)
        else:
            before += row.debit - row.credit
    if before:
        eve = first - timedelta(days=1)
        kept.append(Row("", CARRIED, "", eve, None, max(before, 0), max(-before, 0)))
    return kept


def _take_waiting(document: Document, waiting: list[_Waiting]) -> None:
    for credit in sorted(waiting, key=lambda credit: (credit.account != document.row.account, credit.on)):
        part = min(credit.grosze, document.unpaid)
        if part:
            document.payments.append((credit.on, part))
            credit.grosze -= part
    waiting[:] = [credit for credit in waiting if credit.grosze]


def _correct(row: Row, documents: list[Document]) -> int:
    """Lower the document that a correction names; what is left of the correction in grosze."""
    left = row.credit
    for document in documents:
        if document.row.document == row.document and document.row.account == row.account:
            part = min(left, document.unpaid)
            document.amount -= part
            left -= part
    return left


def _pay(on: date, account: str, grosze: int, documents: list[Document]) -> int:
    unpaid = [document for document in documents if document.unpaid]
    for document in sorted(unpaid, key=lambda document: document.order(account)):
        part = min(grosze, document.unpaid)
        if part:
            document.payments.append((on, part))
            grosze -= part
    return grosze
