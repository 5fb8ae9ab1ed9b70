"""Background work of meters."""

from __future__ import annotations

from app.core.clock import today
from app.core.jobs import job
from app.meters import medians, reminding
from app.meters.commands import windows


@job(medians.JOB, bulk_transactions=True)
def reckon_medians() -> None:
    """Reckon the buildings' medians anew; a second run finds the same."""
    medians.refresh(today())


@job(windows.TELL_JOB, bulk_transactions=True)
def tell_window(public_id: str) -> None:
    """Tell residents of a window that has opened; a second run tells nobody twice."""
    reminding.tell_opened(public_id)


@job(reminding.DAILY_JOB, bulk_transactions=True)
def look_at_windows() -> None:
    """Open, remind and close windows of readings as their days come."""
    reminding.every_day()
