"""Background work of settlements."""

from __future__ import annotations

from app.core.jobs import job
from app.settlements import notices
from app.settlements.commands.publishing import TELL


@job(notices.JOB)
def tell_settled(revision: int) -> None:
    """Tell residents of new settlements of the books; a second run tells nobody twice."""
    notices.tell_settled(revision)


@job(TELL)
def tell_run(run: str) -> None:
    """Tell residents of a run that was published; a second time tells nobody twice."""
    notices.tell_run(run)
