"""One turn at a lane of the outbox: claim, write the letter, hand it to the server, record.

The kernel of the promise: a row is `sending` in the database before the server hears of it, and what the
server said is recorded before the next one is touched.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg
import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from app.core import work
from app.core.clock import now
from app.core.errors import Refused
from app.core.jobs import Again
from app.core.runtime import settings
from app.gateways.mail import Mailer, OutcomeUnknown, Postponed, ServerDown, WillNeverWork
from app.gateways.mime import BadAddress
from app.gateways.sms import Gateway
from app.office.queries import profile
from app.outbox import brake as brakes
from app.outbox import helping
from app.outbox.attaching import CannotAttach
from app.outbox.brake import Brake
from app.outbox.carriers import ByMail, ByText, Carrier
from app.outbox.helping import Helpers
from app.outbox.queue import Done, Item, Outcome, Queue, engine
from app.outbox.rules import (
    BAD_ADDRESS,
    DOWN_SECONDS,
    EXPIRED,
    HELPED_SECONDS,
    TURN_SECONDS,
    UNKNOWN_OUTCOME,
    UNREADABLE,
    deferral,
    is_fatal,
    outdated,
    pause,
)
from app.outbox.texting import rules
from app.outbox.tokens import opened

RECORDING_SECONDS = 30.0
log = structlog.get_logger("osiedle.outbox")


class Turn:
    """One turn of one process at one lane of one channel of the bound tenant."""

    def __init__(
        self,
        queue: Queue,
        place: Engine,
        carrier: Carrier,
        ends: float,
        alone: Callable[[], bool] = lambda: True,
        brake: Brake | None = None,
    ) -> None:
        self._queue = queue
        self._place = place
        self._carrier = carrier
        self._ends = ends
        self._alone = alone  # asked after each letter: whether this turn may go on as it is
        self._brake = brake
        self._done: Done | None = None  # said by the server, not yet recorded
        self.waited: list[float] = []  # seconds for which the first letters waited for the server
        self.seen = 0  # rows that were due at the last look, up to a peek

    def run(self) -> Again | None:
        """Send what is due until the time is up. Returns when the lane wants its next turn."""
        while items := self._queue.waiting():
            self.seen = len(items)
            for item in items:
                if self._brake is not None and self._brake.stops(item.secret):
                    break  # it was put off, with all of its kind: look what else is due
                shared = self._queue.shared(item.cause)
                outcome = self._one(item, shared)
                if outcome is None:
                    continue
                if outcome.state == "queued" and not outcome.deferred:
                    self._finish()
                    log.warning("nothing is taken", channel=self._carrier.channel, reason=outcome.reason)
                    return Again(DOWN_SECONDS)
                if time.monotonic() >= self._ends or not self._alone():
                    self._finish()
                    return Again(0)
            self._finish()
        return _until(self._queue.wait())

    def _one(self, item: Item, shared: dict[str, Any]) -> Outcome | None:
        """Claim a row, recording the one before; hand it over once that is committed. None: it is not ours.

        The letter is written and its envelope offered while the database commits: neither sends anything.
        """
        try:
            self._queue.ask(item, self._done)
            ready = self._ready(item, shared)
            claim = self._queue.claimed()
        except (DBAPIError, psycopg.Error):
            self._carrier.withdraw()
            self._finish(anew=True)
            raise
        self._done = None
        if claim is None:
            self._carrier.withdraw()
            return None
        if claim.stopped:
            self._carrier.withdraw()
            outcome = Outcome("skipped", claim.stopped)
        else:
            outcome = ready if isinstance(ready, Outcome) else self._handed_over(item, ready)
            if outcome.state == "failed" and self._carrier.channel == "email" and is_fatal(outcome.reason or ""):
                self._queue.flag(item, outcome.reason or "")
        if outcome.state == "queued" and not outcome.deferred:
            outcome = replace(outcome, after=pause(claim.attempt))
        self._done = Done(claim, outcome)
        return outcome

    def _ready(self, item: Item, shared: dict[str, Any]) -> Any:
        """The letter, its envelope offered; or the `Outcome` that says why it cannot go."""
        try:
            context = {**shared, **opened(item.context)}
            if outdated(context.get("expires_at"), now()):
                return Outcome("failed", EXPIRED)
            message = self._carrier.written(item, context)
        except BadAddress:
            return Outcome("failed", BAD_ADDRESS)
        except CannotAttach as missing:
            return Outcome("failed", str(missing))
        except Refused as refusal:  # of the paper that should go with it
            return Outcome("failed", refusal.message)
        except Exception:
            # Also a mistake of ours in a template must not lose a letter: it waits, and the log says why.
            log.exception("letter could not be written", delivery=item.public_id, letter=item.letter)
            return _later(item, UNREADABLE)
        try:
            self._carrier.offer(item, message)
        except (ServerDown, Postponed, WillNeverWork) as error:
            return _refused(item, error)
        return message

    def _handed_over(self, item: Item, message: Any) -> Outcome:
        began = time.monotonic()
        try:
            answer = self._carrier.hand_over(message)
        except (ServerDown, Postponed, WillNeverWork) as error:
            return _refused(item, error)
        except OutcomeUnknown as error:
            log.warning("outcome unknown", delivery=item.public_id, reason=str(error))
            return Outcome("held", UNKNOWN_OUTCOME) if item.secret else _later(item, str(error))
        if len(self.waited) < helping.SAMPLES:
            self.waited.append(time.monotonic() - began)
        return Outcome("sent", answer=answer or None, digest=self._carrier.digest(message))

    def _finish(self, *, anew: bool = False) -> None:
        """Record the last outcome, also when the database is away for a moment: else a letter would go twice."""
        done = self._done
        if done is None:
            return
        ends = time.monotonic() + RECORDING_SECONDS
        while True:
            try:
                if not anew:
                    self._queue.record(done)
                else:
                    with self._place.connect() as connection:
                        Queue(connection, "").record(done)
                self._done = None
                return
            except (DBAPIError, psycopg.Error):
                if time.monotonic() > ends:
                    raise
                anew = True
                time.sleep(0.5)


def turn(lane: str, mailer: Mailer, seconds: float = TURN_SECONDS) -> Again | None:
    """Send the mail that is due on a lane for about `seconds`. Returns when the lane wants its next turn."""
    return _turn(lane, ByMail(profile(), mailer), seconds)


def turn_sms(lane: str, gateway: Gateway, seconds: float = TURN_SECONDS) -> Again | None:
    """Send the text messages that are due on a lane for about `seconds`."""
    return _turn(lane, ByText(profile(), rules(), gateway), seconds)


def _turn(lane: str, carrier: Carrier, seconds: float) -> Again | None:
    work.commit()  # nothing of ours may be open while the server is spoken to
    place, ends = engine(), time.monotonic() + seconds
    with place.connect() as connection:
        queue = Queue(connection, lane, carrier.channel)
        if queue.settle_expired():
            log.warning("letters whose sender died were taken up again", lane=lane)
        brake = Brake(connection, lane, carrier.channel) if brakes.on() else None
        many = lane == "bulk" and carrier.channel == "email" and brake is None
        most = settings().mail_connections if many else 1
        again = _with_helpers(queue, place, carrier, ends, most, brake)
    if again is None or again.seconds:
        carrier.close()
    return again


def _with_helpers(
    queue: Queue, place: Engine, carrier: Carrier, ends: float, most: int, brake: Brake | None
) -> Again | None:
    """The turn; once its first letters show that the server is slow, in several processes."""
    first = Turn(queue, place, carrier, ends, lambda: not helping.wanted(first.waited, first.seen, most), brake)
    again = first.run()
    number = helping.wanted(first.waited, first.seen, most)
    if again != Again(0) or not number or time.monotonic() >= ends:
        return again
    helpers = Helpers()
    ends = max(ends, time.monotonic() + HELPED_SECONDS)  # processes must pay for themselves
    try:
        helpers.fork(number, partial(_help, place, carrier, queue.lane, ends, number + 1))
        queue.take_share(number + 1)
        again = Turn(queue, place, carrier, ends).run()
    finally:
        if unwell := helpers.wait():
            log.warning("helpers did not end well", helpers=unwell)
    if again != Again(DOWN_SECONDS):
        queue.take_share(1)
        return Again(0) if queue.waiting() else _until(queue.wait())
    return again


def _help(
    place: Engine, carrier: Carrier, lane: str, ends: float, of: int, share: int, parent_lives: Callable[[], bool]
) -> None:
    """What a helper does: its share of the rows over a connection of its own, while its parent lives."""
    try:
        carrier.open()
    except ServerDown:
        return  # the server takes no more connections: those that are there do the work
    with place.connect() as connection:
        Turn(Queue(connection, lane, carrier.channel, share, of), place, carrier, ends, parent_lives).run()
    carrier.close()


def _until(wait: float | None) -> Again | None:
    return None if wait is None else Again(max(1.0, wait + 0.5))


def _refused(item: Item, error: Exception) -> Outcome:
    if isinstance(error, ServerDown):
        return Outcome("queued", str(error))
    return _later(item, str(error)) if isinstance(error, Postponed) else Outcome("failed", str(error))


def _later(item: Item, reason: str) -> Outcome:
    after = deferral(item.deferrals)
    return Outcome("failed", reason) if after is None else Outcome("queued", reason, after, deferred=True)
