"""Background work of notifications."""

from __future__ import annotations

from app.core.jobs import job
from app.notifications import announcing, publishing
from app.office.portal import ANNOUNCE_JOB


@job(ANNOUNCE_JOB)
def announce_modules(key: str, modules: list[str]) -> None:
    """Tell residents of what was switched on; a second run tells nobody again."""
    announcing.announce(key, modules)


@job(publishing.JOB)
def text_published(kind: str, version: int) -> None:
    """Tell residents of a new version of a text; a second run tells nobody again."""
    publishing.tell_published(kind, version)
