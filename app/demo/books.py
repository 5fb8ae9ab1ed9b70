"""The ledger of one unit: what was charged, paid, settled and corrected, in the order of booking."""

from dataclasses import dataclass, field
from datetime import date

from app.demo.interest import interest
from app.demo.package import Row

LEAST_NOTE = 100  # interest below one zloty is carried to the next note


@dataclass(slots=True)
class _Claim:
    """A charge not yet paid in full: when it was due, what is left, and up to when interest was counted."""

    due: date
    left: int
    since: date


@dataclass
class Book:
    """The entries of one unit without their numbers, with a running balance of each ledger account.

    Balances are grosze; positive is owed. A payment settles the oldest claim of its account first;
    interest on what was late gathers in `accrued` until a note is written.
    """

    unit: str
    rows: list[Row] = field(default_factory=list)
    balance: dict[str, int] = field(default_factory=dict)
    accrued: int = 0
    _claims: dict[str, list[_Claim]] = field(default_factory=dict)

    def debit(
        self,
        kind: str,
        account: str,
        day: date,
        amount: int,
        document: str,
        title: str,
        due: date | None = None,
        period: str | None = None,
    ) -> None:
        """Book `amount` grosze against the unit. What an earlier overpayment covers bears no interest."""
        self.rows.append((self.unit, kind, account, day, due, period, amount, None, document, title))
        before = self.balance.get(account, 0)
        self.balance[account] = before + amount
        left = min(amount, before + amount)
        if left > 0 and due is not None:
            self._claims.setdefault(account, []).append(_Claim(due, left, due))

    def credit(
        self,
        kind: str,
        account: str,
        day: date,
        amount: int,
        document: str,
        title: str,
        period: str | None = None,
    ) -> None:
        """Book `amount` grosze in the unit's favour."""
        self.rows.append((self.unit, kind, account, day, None, period, None, amount, document, title))
        self.balance[account] = self.balance.get(account, 0) - amount
        claims = self._claims.get(account)
        while claims and amount > 0:
            oldest = claims[0]
            part = min(amount, oldest.left)
            if day > oldest.since:
                self.accrued += interest(part, oldest.since, day)
            oldest.left -= part
            amount -= part
            if not oldest.left:
                claims.pop(0)

    def post(self, kind: str, account: str, day: date, balance: int, document: str, title: str, due: date) -> None:
        """Book a result: owed when positive, in the unit's favour when negative, nothing when zero."""
        if balance > 0:
            self.debit(kind, account, day, balance, document, title, due)
        elif balance < 0:
            self.credit(kind, account, day, -balance, document, title)

    def note_interest(self, day: date, document: str, title: str, due: date) -> None:
        """Write the note of interest gathered up to `day`, unless it is less than LEAST_NOTE."""
        for claims in self._claims.values():
            for claim in claims:
                if claim.since < day:
                    self.accrued += interest(claim.left, claim.since, day)
                    claim.since = day
        if self.accrued >= LEAST_NOTE:
            # No due date: interest bears no interest.
            self.rows.append((self.unit, "interest", "interest", day, due, None, self.accrued, None, document, title))
            self.balance["interest"] = self.balance.get("interest", 0) + self.accrued
            self.accrued = 0

    def owed(self) -> dict[str, int]:
        """Grosze owed by ledger account, where something is owed."""
        return {account: amount for account, amount in self.balance.items() if amount > 0}
