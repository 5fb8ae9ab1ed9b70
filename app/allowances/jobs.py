"""Background work of housing allowances."""

from __future__ import annotations

from app.allowances import reminders
from app.core.clock import today
from app.core.jobs import job


@job(reminders.JOB)
def remind() -> None:
    """Remind of decisions that end soon; a second run reminds nobody twice."""
    reminders.remind(today())
