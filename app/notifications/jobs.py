"""Background work of notifications."""

from __future__ import annotations

from app.core.jobs import Again, job
from app.notifications import announcing, happenings, pacing, publishing  # noqa: F401  # happenings listens
from app.office.portal import ANNOUNCE_JOB


@job(ANNOUNCE_JOB)
def announce_modules(key: str, modules: list[str]) -> None:
    """Tell residents of what was switched on; a second run tells nobody again."""
    announcing.announce(key, modules)


@job(publishing.JOB)
def text_published(kind: str, version: int) -> None:
    """Tell residents of a new version of a text; a second run tells nobody again."""
    publishing.tell_published(kind, version)


@job(pacing.JOB)
def daily() -> Again | None:
    """Write the letters of the day that are due; a second run tells nobody twice."""
    return pacing.send_due()
