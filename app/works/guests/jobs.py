"""Background work of invitations."""

from __future__ import annotations

from app.core.jobs import job
from app.works.guests.commands import expire

EXPIRE = "works.expire_guests"


@job(EXPIRE)
def expire_guests() -> None:
    """Note which invitations have run out; they count no more from their moment on, noted or not."""
    expire()
