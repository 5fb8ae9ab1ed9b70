"""Tables of accounts. Secrets are stored as hashes only."""

from app.accounts.models.accounts import (
    Account,
    AccountSession,
    AccountToken,
    AccountUnit,
    LoginAttempt,
    StaffScope,
    TextAcceptance,
)

__all__ = [
    "Account",
    "AccountSession",
    "AccountToken",
    "AccountUnit",
    "LoginAttempt",
    "StaffScope",
    "TextAcceptance",
]
