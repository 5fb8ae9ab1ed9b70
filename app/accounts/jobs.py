"""Background work of accounts."""

from __future__ import annotations

from app.accounts import commands
from app.accounts.commands.passwords import RESET_JOB
from app.accounts.commands.unlocking import UNLOCK_JOB
from app.core import language
from app.core.jobs import job


@job(RESET_JOB)
def send_reset(identifier: str, login: str, spoken: str = language.DEFAULT) -> None:
    """Post a link for a new password. A second run voids the first link and posts another.

    `spoken` is the language in which it was asked for: that of the letter if the account has none of its own.
    """
    with language.use(spoken):
        commands.send_reset(identifier, login)


@job(UNLOCK_JOB)
def send_unlock(identifier: str, channel: str, spoken: str = language.DEFAULT) -> None:
    """Send a code that ends a lock-out. A second run voids the first code and sends another."""
    with language.use(spoken):
        commands.send_unlock(identifier, channel)
