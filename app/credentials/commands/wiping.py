"""Letters do not lie about: what they say is forgotten once they are printed, or after a week."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select, text

from app.core import jobs
from app.core.clock import now
from app.credentials.models import CredentialBatch, CredentialIssue
from app.credentials.rules import LETTERS_LIFE
from app.gateways.files import files
from tenants.db import db

WIPE_JOB = "credentials.wipe"
_FORGET = text(
    "UPDATE credential_issues SET sealed = NULL "
    "WHERE sealed IS NOT NULL AND (at < :before OR (:batch > 0 AND batch_id = :batch))"
)


def wipe_later(after: timedelta = LETTERS_LIFE) -> None:
    """Make sure that somebody comes and wipes."""
    jobs.enqueue(WIPE_JOB, "wipe", lane="bulk", after=after.total_seconds() + 1)


def wipe_batch(batch: CredentialBatch) -> None:
    """Delete the letters of a batch and forget what they said."""
    for part in batch.parts:
        files().delete(part["key"])
    batch.wiped_at = now()
    db.session.execute(_FORGET, {"before": now() - LETTERS_LIFE, "batch": batch.id})


def wipe_old() -> float | None:
    """Wipe what is older than a week. Returns seconds until the next is due, None when nothing is left."""
    db.session.execute(_FORGET, {"before": now() - LETTERS_LIFE, "batch": 0})
    due = CredentialBatch.letters_until.is_not(None) & CredentialBatch.wiped_at.is_(None)
    old = select(CredentialBatch).where(due, CredentialBatch.letters_until <= now()).with_for_update()
    for batch in db.session.scalars(old).all():
        wipe_batch(batch)
    db.session.flush()
    moments = [
        db.session.scalar(select(func.min(CredentialBatch.letters_until)).where(due)),
        db.session.scalar(select(func.min(CredentialIssue.at)).where(CredentialIssue.sealed.is_not(None))),
    ]
    waits = [moments[0] - now()] if moments[0] else []
    waits += [moments[1] + LETTERS_LIFE - now()] if moments[1] else []
    return max(60.0, min(waits).total_seconds() + 1) if waits else None
