"""Background work about personal data."""

from __future__ import annotations

import structlog

from app.core.jobs import Again, job
from app.personal import commands
from app.personal.commands.erasing import JOB

NIGHTLY = "personal.retention"
log = structlog.get_logger("osiedle.personal")


@job(NIGHTLY)
def retention() -> Again | None:
    """Forget what is older than the manager keeps it, one short turn."""
    gone = commands.forget_old()
    if gone is None:
        return Again(0)
    commands.erase_again()
    if any(gone.values()):
        log.info("forgotten", **{name.replace(" ", "_"): count for name, count in gone.items() if count})
    return None


@job(JOB)
def erasures() -> None:
    """Remember erasures outside the manager's data, and erase again what an archive brought back."""
    commands.erase_again()
