"""Quiet hours of a mailout that is on its way: it rests when they begin, and goes on when they end.

Each row of the outbox knows the moment before which it does not leave, so resting is one statement that moves it, and
those who send ask for nothing more. Passwords and other letters of their own causes are not touched.
"""

from __future__ import annotations

from sqlalchemy import select

from app.core.clock import now
from app.core.jobs import enqueue
from app.mailouts import policy, rules
from app.mailouts.models import Mailout
from app.mailouts.rules import SENDING, Channels
from app.outbox import commands as outbox
from app.outbox import steering
from tenants.db import db

REST = "mailouts.rest"
# Looked at again so soon while letters are in the hands of a server, which may send them back into the queue.
SOON = 60.0
# The manager may change the hours meanwhile.
LONGEST = 3600.0


def watch(row: Mailout) -> None:
    """Have a mailout that has begun rest in the quiet hours of its channels. One of a process, as a command line's,
    and an important one keep none."""
    if row.important or (row.launcher is None and row.run_at is None) or _wait(row) is None:
        return
    rest(row)
    enqueue(REST, row.public_id, {"public_id": row.public_id}, lane="bulk", after=_wait(row) or 0)


def look(public_id: str) -> float | None:
    """Let a mailout rest if its quiet hours have come; returns in how many seconds to look again, None for never."""
    wanted = select(Mailout).where(Mailout.public_id == public_id, Mailout.state == SENDING).with_for_update()
    row = db.session.execute(wanted).scalar_one_or_none()
    if row is None:
        return None  # who lets a paused one go on has it watched again
    cause = rules.cause(public_id)
    moved = rest(row)
    sending, left = steering.under_way(cause)
    if not left:
        return None
    outbox.wake()
    return SOON if moved or sending else _wait(row)


def rest(row: Mailout) -> int:
    """Put off the letters of the channels whose quiet hours it is; returns how many."""
    ends = {name: policy.quiet(name, now()) for name in _channels(row)}
    cause = rules.cause(row.public_id)
    return sum(steering.postpone(cause, name, end) for name, end in ends.items() if end is not None)


def _wait(row: Mailout) -> float | None:
    """Seconds until the quiet hours of a channel begin or end; None where there are none."""
    moment = now()
    found = [when for name in _channels(row) for when in (policy.quiet(name, moment), policy.next_quiet(name, moment))]
    times = [(when - moment).total_seconds() for when in found if when is not None]
    return min(LONGEST, max(1.0, min(times))) if times else None


def _channels(row: Mailout) -> list[str]:
    return [name for name in ("email", "sms") if getattr(Channels.of(row.channels), name)]
