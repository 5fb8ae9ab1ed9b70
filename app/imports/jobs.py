"""Background work of imports."""

from __future__ import annotations

from app.core.errors import NotThere
from app.core.jobs import Again, job
from app.core.runtime import settings
from app.imports import answers, commands, lateness, meter_files, shown, watching  # noqa: F401 they listen
from app.imports.models import BOOKS, table_of
from config.settings import libpq_url
from tenants import statistics
from tenants.bound import current


def given_up(public_id: str, error: str) -> None:
    """Let the import's page say so."""
    commands.fail(public_id, error)


@job(commands.ANALYZE_JOB)
def analyze() -> None:
    """Let PostgreSQL know what the books hold now: a plan made without it may take minutes instead of a moment."""
    statistics.refresh(libpq_url(settings().database_url), current().schema, [table_of(sheet) for sheet in BOOKS])


@job("imports.run", bulk_transactions=True, parked=given_up)
def run(public_id: str) -> None:
    """Run one received package; run again after a crash it begins anew and ends the same."""
    try:
        commands.run(public_id)
    except NotThere:
        return
    except FileNotFoundError:
        commands.fail(public_id, "stored file is missing")


def undo_given_up(public_id: str, error: str) -> None:
    """Let the import's page say so; the error is in the log."""
    answers.undo_failed(public_id)


@job(answers.UNDO_JOB, bulk_transactions=True, parked=undo_given_up)
def undo(public_id: str) -> None:
    """Take a published import back, as somebody asked on its page."""
    answers.undo_asked(public_id)


@job(watching.WATCH_JOB, bulk_transactions=True)
def watch() -> Again | None:
    """Go through the manager's folder until nothing of it is being read."""
    return Again(watching.SOON) if watching.look() else None


@job(lateness.ALARM_JOB)
def alarm(due: str) -> None:
    """Tell staff, once for each day it is due, that the night's data did not come. `due` is an ISO date."""
    lateness.alarm(due)
