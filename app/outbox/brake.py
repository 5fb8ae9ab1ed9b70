"""How much leaves in a day while a manager only tries the portal.

Anybody can begin a trial, and with it a list of addresses: without a brake strangers would be written to in our name
as fast as a mail server takes it, and no honest manager's letters would be believed any more. Whoever knows who has
agreed to nothing registers here. Days are those of Europe/Warsaw; what is over them leaves the next morning.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, text

from app.core.runtime import settings
from app.outbox.rules import TRIAL_ACCESS, TRIAL_CODES, TRIAL_TEXTS, TRIAL_WAITS
from tenants.bound import current
from tenants.db import db

_askers: list[Callable[[int], bool]] = []
_MIDNIGHT = "date_trunc('day', now() AT TIME ZONE 'Europe/Warsaw')"
# One that is being sent counts: the other lane may be at it.
_LEFT = text(
    "SELECT count(*) FROM outbox_items WHERE channel = :channel AND secret = :secret "
    f"AND (sent_at >= {_MIDNIGHT} AT TIME ZONE 'Europe/Warsaw' OR (live AND state = 'sending'))"
)
_PUT_OFF = text(
    "UPDATE outbox_items SET reason = :reason, "
    f"run_after = ({_MIDNIGHT} + interval '1 day 8 hours') AT TIME ZONE 'Europe/Warsaw' "
    "WHERE live AND state = 'queued' AND channel = :channel AND lane = :lane AND secret = :secret "
    f"AND run_after < ({_MIDNIGHT} + interval '1 day') AT TIME ZONE 'Europe/Warsaw'"
)
_WAITING = text(
    "SELECT count(*) FROM outbox_items WHERE cause = :cause AND live AND state = 'queued' AND reason = :reason "
    "AND run_after > now()"
)


def register(asker: Callable[[int], bool]) -> None:
    """Have this asked whether a manager, by its id, only tries the portal."""
    _askers.append(asker)


def on() -> bool:
    """Whether the bound manager only tries the portal."""
    return any(asker(current().id) for asker in _askers)


def daily(channel: str, *, secret: bool = False) -> int:
    """How many messages of a channel may leave in a day of a trial. Those that let people in (`secret`) count apart, so
    that a mailing locks nobody out."""
    if channel == "sms":
        return TRIAL_CODES if secret else TRIAL_TEXTS
    return max(TRIAL_ACCESS, settings().trial_letters) if secret else settings().trial_letters


def waiting(cause: str) -> int:
    """How many messages of a cause wait for another day because of the brake."""
    return int(db.session.scalar(_WAITING, {"cause": cause, "reason": TRIAL_WAITS}) or 0)


class Brake:
    """The brake of one lane of one channel, on the connection of a turn."""

    def __init__(self, connection: Connection, lane: str, channel: str) -> None:
        self._connection = connection
        self._lane = lane
        self._channel = channel

    def stops(self, secret: bool) -> bool:
        """Whether no more of such messages may leave today; those that wait are put off to the morning then."""
        values = {"channel": self._channel, "secret": secret}
        with self._connection.begin():
            if int(self._connection.scalar(_LEFT, values) or 0) < daily(self._channel, secret=secret):
                return False
            self._connection.execute(_PUT_OFF, values | {"lane": self._lane, "reason": TRIAL_WAITS})
            return True
