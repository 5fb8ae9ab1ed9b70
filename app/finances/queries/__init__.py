"""Reads of the ledger. Hot: hand-written statements into frozen rows.

Every function takes a unit that came out of `accounts.holdings`, so that no code of a foreign unit gets here.
"""

from __future__ import annotations

from app.finances.queries.documents import Document, document
from app.finances.queries.entries import Asked, Sums, Totals, accounts, entries, months, sums, years
from app.finances.queries.ledger import AccountBalance, Entry, Pending, Standing, balances_of_units, standing
from app.finances.queries.trends import balance_by_month, charges_by_month

__all__ = [
    "AccountBalance",
    "Asked",
    "Document",
    "Entry",
    "Pending",
    "Standing",
    "Sums",
    "Totals",
    "accounts",
    "balance_by_month",
    "balances_of_units",
    "charges_by_month",
    "document",
    "entries",
    "months",
    "standing",
    "sums",
    "years",
]
