"""What the bound tenant's manager set about mailouts."""

from __future__ import annotations

from datetime import datetime

from app.mailouts import rules
from app.mailouts.rules import MailoutRules
from app.office import settings

settings.group("mailouts")(MailoutRules)


def read() -> MailoutRules:
    """The rules as they stand."""
    return settings.read(MailoutRules)


def quiet(channel: str, moment: datetime) -> datetime | None:
    """The end of the quiet hours of a channel (`email`, `sms`) in which a moment lies; None when it lies in none."""
    return rules.quiet_end(moment, *_hours(channel))


def next_quiet(channel: str, moment: datetime) -> datetime | None:
    """When the quiet hours of a channel begin next; None where there are none."""
    return rules.quiet_begin(moment, *_hours(channel))


def _hours(channel: str) -> tuple[int, int]:
    chosen = read()
    return (chosen.sms_from, chosen.sms_until) if channel == "sms" else (chosen.mail_from, chosen.mail_until)
