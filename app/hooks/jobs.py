"""Background work of webhooks: one job an address, so that a slow one keeps nobody else waiting."""

from __future__ import annotations

from datetime import datetime
from time import monotonic

from app.core import work
from app.core.clock import now
from app.core.jobs import Again, job
from app.hooks import commands, sending

TIDY = "hooks.tidy"
TURN = 20.0  # seconds after which others get their turn


@job(commands.DELIVER)
def deliver(public_id: str) -> Again | None:
    """Send what waits for one address, each with a transaction of its own for what became of it."""
    started = monotonic()
    while True:
        call = sending.next_call(public_id)
        work.commit()
        if call is None:
            return None
        if isinstance(call, datetime):
            return Again(max(1.0, (call - now()).total_seconds()))
        outcome = sending.made(call)
        sending.note(call, outcome)
        work.commit()
        if monotonic() - started > TURN:
            return Again(0)


@job(TIDY)
def tidy() -> None:
    """Forget what was over a month ago."""
    sending.forget_old()
