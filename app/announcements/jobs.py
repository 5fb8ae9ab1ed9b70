"""Background work of announcements."""

from __future__ import annotations

from app.announcements import telling
from app.announcements.commands.publishing import APPEAR, TELL, appear
from app.core.actor import system
from app.core.errors import NotThere
from app.core.jobs import Again, job


@job(APPEAR)
def appear_when_due(public_id: str) -> Again | None:
    """Let a scheduled announcement appear; one that was put off is looked at again, one that is gone never."""
    try:
        wait = appear(system("announcements"), public_id)
    except NotThere:
        return None
    return Again(max(1.0, wait)) if wait is not None else None


@job(TELL, bulk_transactions=True)
def tell(public_id: str) -> None:
    """Tell residents of an announcement that has appeared; a second run tells nobody again."""
    try:
        telling.tell(public_id)
    except NotThere:
        return
