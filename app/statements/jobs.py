"""Background work of bank files."""

from __future__ import annotations

from app.core.errors import NotThere
from app.core.jobs import job
from app.statements import intake
from app.statements.commands import taking

__all__ = ["intake"]  # loading it opens the other doors to bank files


def given_up(public_id: str, error: str) -> None:
    """Let the file's page say so."""
    taking.fail(public_id, error)


@job(taking.READ_JOB, bulk_transactions=True, parked=given_up)
def read(public_id: str) -> None:
    """Read one file; run again after a crash it begins anew and ends the same."""
    try:
        taking.run(public_id)
    except NotThere:
        return
    except FileNotFoundError:
        taking.fail(public_id, "stored file is missing")


@job(taking.REMATCH_JOB)
def rematch() -> None:
    """Try again what waits for a person."""
    taking.rematch()
