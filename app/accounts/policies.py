"""What the bound tenant's manager set about passwords, first logins and sessions."""

from __future__ import annotations

from datetime import datetime

from app.accounts.rules import (
    Access,
    Policy,
    Sessions,
    checked_access,
    checked_policy,
    checked_sessions,
)
from app.core.actor import Actor
from app.core.clock import now
from app.office import settings
from app.office.portal_rules import next_nightly
from app.office.queries import profile

USUAL_HOUR = 23

settings.group("passwords")(Policy)
settings.group("access")(Access)
settings.group("sessions")(Sessions)


def password_policy() -> Policy:
    """What new passwords must be."""
    return settings.fresh(Policy)


def access() -> Access:
    """How people get in for the first time, and back in."""
    return settings.fresh(Access)


def sessions() -> Sessions:
    """How long somebody stays logged in."""
    return settings.read(Sessions)


def start_terms() -> tuple[bool, datetime]:
    """For a start password that is given out now: whether it must be changed, and until when it works."""
    chosen = access()
    return chosen.forced, now() + chosen.start_life


def opening() -> datetime | None:
    """When an account that is made now opens: None at once, otherwise when the next nightly data is there."""
    return next_nightly(now(), nightly_hour()) if access().wait_for_night else None


def nightly_hour() -> int:
    """The full hour (Europe/Warsaw) at which the books are renewed each night; 23 while the manager says nothing."""
    said = profile().nightly_hour
    return USUAL_HOUR if said is None else said


def write(actor: Actor, policy: Policy, access: Access, sessions: Sessions) -> None:
    """Set all three at once. Raises `Refused` with the field at fault, `NotThere` without the right."""
    for group in (checked_policy(policy), checked_access(access), checked_sessions(sessions)):
        settings.write(actor, group)
