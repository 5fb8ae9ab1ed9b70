"""Redis, lanes and doorbells.

| lane | for | workers |
|---|---|---|
| `urgent` | password resets, activations | one worker serves nothing else |
| `normal` | imports, small work | |
| `bulk` | mailouts, cut into short turns | |

What lies in Redis is only `entry.run` with the id of a row; it can be lost, doubled or rung again at any time.
"""

from __future__ import annotations

from functools import cache

from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer

from app.core.runtime import settings
from app.core.work import Ring

ENTRY = "worker.entry.run"
TIMEOUT = {"urgent": 120, "normal": 4 * 3600, "bulk": 300}
# Who serves what, in order of preference; worker number N takes line N, round and round.
SHIFTS = (("urgent",), ("urgent", "normal", "bulk"), ("bulk", "urgent", "normal"))


@cache
def connection() -> Redis:
    return Redis.from_url(settings().redis_url, socket_connect_timeout=5, socket_timeout=None, health_check_interval=30)


def queue(lane: str) -> Queue:
    return Queue(f"osiedle-{lane}", connection=connection(), serializer=JSONSerializer)


def bell_id(ring: Ring) -> str:
    """The id of a doorbell in Redis: the row and the attempt that it is for."""
    return f"{ring.schema}-{ring.job_id}-{ring.attempt}"


def ring(rings: list[Ring]) -> None:
    """Ring for rows that are committed. A Redis that does not answer is no error: the sweep rings again."""
    for one in rings:
        queue(one.lane).enqueue_call(
            ENTRY,
            args=(one.tenant_id, one.job_id),
            job_id=bell_id(one),
            timeout=TIMEOUT[one.lane],
            result_ttl=0,
            failure_ttl=3600,
            description=f"{one.schema} {one.name}",
        )


def rung(rings: list[Ring]) -> set[str]:
    """Which of these doorbells are still waiting in Redis.

    One that was taken out of the queue no longer counts: whoever took it claimed the row, which then has another
    attempt and another bell, or died before that.
    """
    if not rings:
        return set()
    with connection().pipeline(transaction=False) as pipe:
        for lane in TIMEOUT:
            pipe.lrange(queue(lane).key, 0, -1)
        waiting = {bell.decode() for bells in pipe.execute() for bell in bells}
    return {bell_id(one) for one in rings} & waiting
