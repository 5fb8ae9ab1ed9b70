"""Reads of accounts: who a visitor is, what an account may see, who has one."""

from app.accounts.queries.visiting import (
    HELD_UNITS,
    AccountRow,
    Visit,
    accounts_of,
    email_of,
    login_of_open_link,
    people_by_login,
    unit_codes,
    visitor,
)

__all__ = [
    "HELD_UNITS",
    "AccountRow",
    "Visit",
    "accounts_of",
    "email_of",
    "login_of_open_link",
    "people_by_login",
    "unit_codes",
    "visitor",
]
