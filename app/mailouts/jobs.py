"""Background work of mailouts: beginning at their hour, and letters for the printer."""

from __future__ import annotations

from app.core.jobs import Again, job
from app.mailouts import commands, printing
from app.mailouts.commands import resting
from app.mailouts.commands.launching import BEGIN


@job(BEGIN)
def begin(public_id: str) -> None:
    """Send a scheduled mailout; one that was cancelled, or has begun, is left alone."""
    commands.begin(public_id)


@job(resting.REST)
def rest(public_id: str) -> Again | None:
    """Let a mailout rest in quiet hours; one that is over, paused or cancelled is left alone."""
    wait = resting.look(public_id)
    return None if wait is None else Again(wait)


@job(printing.PRINT)
def prints(public_id: str) -> Again | None:
    """Print the next letters of a mailout, one part a turn."""
    return Again(0) if printing.print_part(public_id) else None
