"""Background work of the outbox: one drain a lane and channel, and a sweep for what no drain knows of."""

from __future__ import annotations

import structlog

from app.core.jobs import Again, job
from app.core.runtime import settings
from app.gateways.mail import mailer
from app.gateways.sms import gateway
from app.outbox import commands, sending, texting

UNSET_SECONDS = 60
log = structlog.get_logger("osiedle.outbox")


@job(commands.DRAIN)
def drain(lane: str) -> Again | None:
    """Send what is due on a lane, one letter at a time, for one short turn."""
    try:
        out = mailer(settings().mail_url, hostname=settings().mail_from_domain)
    except ValueError as error:
        log.error("mail cannot leave", reason=str(error))
        return Again(UNSET_SECONDS)
    return sending.turn(lane, out)


@job(texting.DRAIN_SMS)
def drain_sms(lane: str) -> Again | None:
    """Send the text messages that are due on a lane; neither they nor mail wait for the other's server."""
    try:
        out = gateway(settings().sms_url)
    except ValueError as error:
        log.error("text messages cannot leave", reason=str(error))
        return Again(UNSET_SECONDS)
    return sending.turn_sms(lane, out)


@job(commands.SWEEP)
def sweep() -> None:
    """Settle leases that ran out and start drains for whatever is queued."""
    commands.settle_expired()
    commands.wake()
