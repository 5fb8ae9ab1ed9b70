"""Which payment a bank took back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from app.statements.rules.sameness import outline

#: Banks return a payment within days; what is older is for a person.
LONGEST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Movement:
    """A credit, or the reversal of one; amount in grosze, positive for both."""

    id: int
    amount: int
    currency: str
    on: date
    title: str
    payer: str | None
    account: str | None
    unit: str | None = None


def taken_back(reversal: Movement, credits: Iterable[Movement]) -> Movement | None:
    """The credit that a reversal takes back: same amount, not later, and the same payer or title; the newest such.

    None where no credit is certain, also where it may be one of two units'.
    """
    fitting = [
        credit
        for credit in credits
        if (credit.amount, credit.currency) == (reversal.amount, reversal.currency)
        and credit.on <= reversal.on <= credit.on + LONGEST
        and not (credit.account and reversal.account and credit.account != reversal.account)
        and _alike(reversal, credit)
    ]
    if not fitting:
        return None
    newest = max(credit.on for credit in fitting)
    last = [credit for credit in fitting if credit.on == newest]
    return min(last, key=lambda credit: credit.id) if len({credit.unit for credit in last}) == 1 else None


def _alike(reversal: Movement, credit: Movement) -> bool:
    if reversal.payer and credit.payer:
        return reversal.payer == credit.payer
    said, heard = outline(reversal.title), outline(credit.title)
    return bool(said) and (said in heard or heard in said)
