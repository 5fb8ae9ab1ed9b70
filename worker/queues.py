"""Redis, lanes and doorbells.

| lane | for | workers |
|---|---|---|
| `urgent` | password resets, activations | served first by all; of three workers one serves nothing else |
| `normal` | imports, small work | |
| `bulk` | mailouts, cut into short turns | |

What lies in Redis is only `entry.run` with the id of a row; it can be lost, doubled or rung again at any time.
"""

from __future__ import annotations

from functools import cache

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.serializers import JSONSerializer

from app.core.runtime import settings
from app.core.work import Ring

ENTRY = "worker.entry.run"
TIMEOUT = {"urgent": 120, "normal": 4 * 3600, "bulk": 300}
# Who serves what, in order of preference; worker number N takes line N, round and round. A worker that is alone
# serves all; with three, one is kept free for what cannot wait.
SHIFTS = (("urgent", "normal", "bulk"), ("urgent", "bulk", "normal"), ("urgent",))


@cache
def connection() -> Redis:
    """For workers, which wait for a bell as long as it takes."""
    return Redis.from_url(settings().redis_url, socket_connect_timeout=5, socket_timeout=None, health_check_interval=30)


@cache
def bell_rope() -> Redis:
    """For ringing: somebody may be waiting for a page, and what a silent Redis did not hear the sweep rings again."""
    return Redis.from_url(
        settings().redis_url, socket_connect_timeout=2, socket_timeout=2, retry=Retry(NoBackoff(), 0)
    )


def queue(lane: str, client: Redis | None = None) -> Queue:
    return Queue(f"osiedle-{lane}", connection=client or connection(), serializer=JSONSerializer)


def bell_id(ring: Ring) -> str:
    """The id of a doorbell in Redis: the row and the attempt that it is for."""
    return f"{ring.schema}-{ring.job_id}-{ring.attempt}"


def ring(rings: list[Ring]) -> None:
    """Ring for rows that are committed. Raises `RedisError` when Redis does not answer within seconds."""
    for one in rings:
        queue(one.lane, bell_rope()).enqueue_call(
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
    with bell_rope().pipeline(transaction=False) as pipe:
        for lane in TIMEOUT:
            pipe.lrange(queue(lane).key, 0, -1)
        waiting = {bell.decode() for bells in pipe.execute() for bell in bells}
    return {bell_id(one) for one in rings} & waiting
