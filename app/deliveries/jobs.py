"""Background work of deliveries."""

from __future__ import annotations

from app.core.jobs import enqueue, job
from app.deliveries import escalating, sealing

SEAL = "deliveries.seal"
ESCALATE = "deliveries.escalate"


@job(SEAL)
def seal() -> None:
    """Seal what became of letters since the last time."""
    sealing.seal()


@job(ESCALATE)
def escalate() -> None:
    """Send on important letters that nobody has read."""
    escalating.escalate()


def ask() -> bool:
    """Ask for what the bound tenant needs; False when it needs nothing."""
    wanted = [name for name, waits in ((SEAL, sealing.waits), (ESCALATE, escalating.waits)) if waits()]
    for name in wanted:
        enqueue(name, name, lane="bulk")
    return bool(wanted)
