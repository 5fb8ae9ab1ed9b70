"""Reads of the ledger. Hot: hand-written statements into frozen rows.

Every function takes a unit that came out of `accounts.holdings`, so that no code of a foreign unit gets here.
"""

from __future__ import annotations

from app.finances.queries.ledger import (
    AccountBalance,
    Due,
    Entry,
    Standing,
    YearTotals,
    balances_of_units,
    entries_of_year,
    standing,
    years,
)

__all__ = [
    "AccountBalance",
    "Due",
    "Entry",
    "Standing",
    "YearTotals",
    "balances_of_units",
    "entries_of_year",
    "standing",
    "years",
]
