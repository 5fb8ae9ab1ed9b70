"""Posting the letter that confirms a trial."""

from __future__ import annotations

import structlog
from sqlalchemy import delete

from app.core import work
from app.core.clock import now
from app.core.errors import TryLater
from app.core.jobs import job
from app.core.runtime import settings
from app.gateways.mail import OutcomeUnknown, WillNeverWork, mailer
from app.gateways.mime import BadAddress
from app.onboarding.trials import mails, queries
from app.onboarding.trials.commands import FORGET_JOB, LETTER_JOB
from app.onboarding.trials.models import Trial
from tenants.db import db

log = structlog.get_logger("osiedle.trials")


@job(LETTER_JOB, platform=True)
def send_letter(trial: int) -> None:
    """Hand the letter over, once as far as anybody can know. A server that is down is tried again."""
    found = db.session.get(Trial, trial)
    if found is None or found.letter != "waiting" or found.confirmed_at is not None or found.expires_at <= now():
        return
    state = "sent"
    try:
        out = mailer(settings().mail_url, hostname=settings().mail_from_domain)
        message, recipient = mails.confirmation(found, queries.portals(found.email)), found.email
        work.rollback()  # nothing of ours is open while the server is spoken to
        out.offer(mails.sender().address, recipient, len(message))
        out.hand_over(message)
    except (WillNeverWork, BadAddress) as refused:
        log.warning("letter of a trial refused", trial=trial, reason=str(refused))
        state = "failed"
    except OutcomeUnknown as unknown:
        log.warning("letter of a trial: outcome unknown", trial=trial, reason=str(unknown))
    except ValueError as unset:  # MAIL_URL
        raise TryLater(str(unset), 60) from unset
    db.session.get_one(Trial, trial).letter = state


@job(FORGET_JOB, platform=True)
def forget(trial: int) -> None:
    """Delete a request that nobody confirmed, a month after its letter stopped working."""
    db.session.execute(delete(Trial).where(Trial.id == trial, Trial.confirmed_at.is_(None)))
