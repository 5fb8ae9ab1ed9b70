"""Background work of the ledger."""

from __future__ import annotations

from app.core.jobs import job
from app.finances import charge_notices as charge_notices
from app.finances import notices


@job(notices.JOB)
def tell_published(revision: int) -> None:
    """Tell residents of new entries; a second run tells nobody twice."""
    notices.tell_published(revision)
