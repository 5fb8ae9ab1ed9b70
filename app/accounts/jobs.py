"""Background work of accounts."""

from __future__ import annotations

from app.accounts import commands
from app.accounts.commands.passwords import RESET_JOB
from app.core.jobs import job


@job(RESET_JOB)
def send_reset(identifier: str, login: str) -> None:
    """Post a link for a new password. A second run voids the first link and posts another."""
    commands.send_reset(identifier, login)
