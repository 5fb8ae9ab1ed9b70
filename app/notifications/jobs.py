"""Background work of notifications."""

from __future__ import annotations

from app.core.jobs import job
from app.notifications import announcing
from app.office.portal import ANNOUNCE_JOB


@job(ANNOUNCE_JOB)
def announce_modules(key: str, modules: list[str]) -> None:
    """Tell residents of what was switched on; a second run tells nobody again."""
    announcing.announce(key, modules)
