"""The bell of the web and the command line: never fails a page because Redis is away."""

from __future__ import annotations

import logging

from redis.exceptions import RedisError

from app.core.work import Ring
from worker import queues

log = logging.getLogger(__name__)


def bell(rings: list[Ring]) -> None:
    """Ring if Redis answers; if not, the sweep will."""
    try:
        queues.ring(rings)
    except (RedisError, OSError) as error:
        log.warning("Redis does not answer (%s); the sweep will ring", type(error).__name__)
