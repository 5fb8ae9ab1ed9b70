"""Holding up a mailout, letting it go on, ending it."""

from __future__ import annotations

from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.mailouts.commands import resting
from app.mailouts.commands.launching import cause_of
from app.mailouts.commands.writing import locked
from app.mailouts.rules import CANCELLED, DRAFT, PAUSED, SCHEDULED, SENDING, WAITING
from app.outbox import commands as outbox
from app.outbox import steering
from app.outbox.rules import CANCELLED as REASON


def pause(actor: Actor, public_id: str) -> int:
    """Stop a mailout where it is; returns how many letters wait now. One that does not run stays as it is."""
    row = locked(actor, public_id)
    if row.state != SENDING:
        return 0
    waiting = steering.pause(cause_of(row))
    row.state = PAUSED
    audit.record(actor, "mailout.paused", f"mailout:{public_id}", title=row.subject, waiting=waiting)
    return waiting


def resume(actor: Actor, public_id: str) -> int:
    """Let a paused mailout go on, after quiet hours if it is such an hour; returns how many letters wait."""
    row = locked(actor, public_id)
    if row.state != PAUSED:
        return 0
    waiting = steering.resume(cause_of(row))
    resting.watch(row)
    outbox.wake()
    row.state = SENDING
    audit.record(actor, "mailout.resumed", f"mailout:{public_id}", title=row.subject, waiting=waiting)
    return waiting


def cancel(actor: Actor, public_id: str) -> int:
    """End a mailout: what has not left stays here. Returns how many letters that are."""
    row = locked(actor, public_id)
    if row.state in (CANCELLED, DRAFT):
        return 0
    stopped = 0 if row.state in (WAITING, SCHEDULED) else outbox.withdraw(cause_of(row), REASON)
    row.state, row.ended_by, row.ended_at = CANCELLED, actor.name or actor.login, now()
    audit.record(actor, "mailout.cancelled", f"mailout:{public_id}", title=row.subject, stopped=stopped)
    return stopped
