"""Background work of the manager's profile."""

from __future__ import annotations

from app.core.jobs import job
from app.office import commands


@job(commands.CONTACT_JOB)
def contact() -> None:
    """Copy name and contact to the registry, for the page that is shown while the tenant is suspended."""
    commands.copy_contact()
