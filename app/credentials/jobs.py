"""Background work of credentials."""

from __future__ import annotations

from app.core.jobs import Again, job
from app.credentials.commands import batching, printing, wiping


def given_up(public_id: str, error: str) -> None:
    """Let the batch's page say so."""
    batching.fail(public_id, error)


@job(batching.BATCH_JOB, parked=given_up)
def batch(public_id: str) -> Again | None:
    """One short turn at a batch: people first, then the letters. Run again after a crash it goes on."""
    more = batching.turn(public_id) if batching.running(public_id) else printing.print_part(public_id)
    return Again(0) if more else None


@job(wiping.WIPE_JOB)
def wipe() -> Again | None:
    """Forget letters that are a week old; stay until the last one is."""
    wait = wiping.wipe_old()
    return None if wait is None else Again(wait)
