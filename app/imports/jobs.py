"""Background work of imports."""

from __future__ import annotations

from app.core.errors import NotThere
from app.core.jobs import job
from app.imports import commands


def given_up(public_id: str, error: str) -> None:
    """Let the import's page say so."""
    commands.fail(public_id, error)


@job("imports.run", bulk_transactions=True, parked=given_up)
def run(public_id: str) -> None:
    """Run one received package; run again after a crash it begins anew and ends the same."""
    try:
        commands.run(public_id)
    except NotThere:
        return
    except FileNotFoundError:
        commands.fail(public_id, "stored file is missing")
