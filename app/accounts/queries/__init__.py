"""Reads of accounts: who a visitor is, what an account may see, who has one."""

from app.accounts.queries.titles import HELD_SINCE, HELD_UNITS, held_before, unit_codes
from app.accounts.queries.visiting import (
    AccountRow,
    Visit,
    accounts_of,
    email_of,
    login_of_open_link,
    people_by_login,
    visitor,
)

__all__ = [
    "HELD_SINCE",
    "HELD_UNITS",
    "AccountRow",
    "Visit",
    "accounts_of",
    "email_of",
    "held_before",
    "login_of_open_link",
    "people_by_login",
    "unit_codes",
    "visitor",
]
