"""Background work of settlements."""

from __future__ import annotations

from app.core.jobs import job
from app.settlements import notices


@job(notices.JOB)
def tell_settled(revision: int) -> None:
    """Tell residents of new settlements; a second run tells nobody twice."""
    notices.tell_settled(revision)
