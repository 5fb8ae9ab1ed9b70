"""Balances as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from app.api import described
from app.api.asking import line, parameter
from app.api.described import money, row
from app.finances.rules import ACCOUNTS

described.a_list(
    "/balances",
    "Balance",
    {
        "unit": {"type": "string", "description": "Code of the books."},
        "balance": money("Debits minus credits: positive is owed, negative overpaid."),
        "accounts": row({name: money() for name in ACCOUNTS}),
        "overdue": money("Of the balance, what has passed its term."),
        "pending": money("Told by a bank, not booked yet, and not in the balance."),
        "currency": {"type": "string", "enum": ["PLN"]},
    },
    {"summary": "Balances by unit", "operationId": "listBalances", "description": "Scope balances:read."},
    line("unit", "Only this one, by its code."),
    line("building", "Only of this building, by its code."),
    parameter("on", "What was booked until this day; all that is booked when not said.", format="date"),
)
