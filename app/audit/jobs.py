"""Background work of the audit log."""

from __future__ import annotations

from app.audit import sealing
from app.core.jobs import job

SEAL_JOB = "audit.seal"


@job(SEAL_JOB)
def seal() -> None:
    """Seal what was written since the last time."""
    sealing.seal()
