"""Reads of accounts: who a visitor is, what an account may see, who has one."""

from app.accounts.queries.locks import locked_for
from app.accounts.queries.own import Contacts, EmailLink, contacts_of, email_link
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
    "Contacts",
    "EmailLink",
    "Visit",
    "accounts_of",
    "contacts_of",
    "email_link",
    "email_of",
    "held_before",
    "locked_for",
    "login_of_open_link",
    "people_by_login",
    "unit_codes",
    "visitor",
]
