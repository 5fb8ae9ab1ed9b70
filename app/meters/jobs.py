"""Background work of meters."""

from __future__ import annotations

from app.core.clock import today
from app.core.jobs import job
from app.meters import medians


@job(medians.JOB, bulk_transactions=True)
def reckon_medians() -> None:
    """Reckon the buildings' medians anew; a second run finds the same."""
    medians.refresh(today())
