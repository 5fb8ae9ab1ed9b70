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
from app.accounts.models.leaving import Resignation

__all__ = [
    "Account",
    "AccountSession",
    "AccountToken",
    "AccountUnit",
    "LoginAttempt",
    "Resignation",
    "StaffScope",
    "TextAcceptance",
]
