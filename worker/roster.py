"""Which worker processes are alive, as Redis knows it, for the console."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from redis.exceptions import RedisError
from rq.worker import BaseWorker, Worker

from app.fleet.workforce import Hand, Workforce
from worker import queues

log = structlog.get_logger("osiedle.worker")


def look() -> Workforce | None:
    """The processes that showed a sign of life lately; None when Redis does not answer."""
    try:
        rope = queues.bell_rope()
        bells = {lane: queues.queue(lane, rope).count for lane in queues.TIMEOUT}
        hands = [_hand(one) for one in Worker.all(connection=rope)]
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer", error=type(error).__name__)
        return None
    return Workforce(tuple(sorted(hands, key=lambda hand: (-len(hand.lanes), hand.lanes, hand.name))), bells)


def _hand(one: BaseWorker) -> Hand:
    lanes = tuple(name.removeprefix("osiedle-") for name in one.queue_names())
    return Hand(one.name, lanes, one.state == "busy", _utc(one.birth_date), _utc(one.last_heartbeat))


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment
