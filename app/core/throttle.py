"""Limits on attempts, counted in the database so that neither a restart nor another process forgets them.

One row counts one key within one window of time; the key names purpose, tenant and subject.
"""

from __future__ import annotations

from datetime import datetime
from math import ceil

from sqlalchemy import Integer, Text, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, PlatformModel, db


class Throttle(PlatformModel):
    """How often a key was used in the window that began at `started_at`."""

    __tablename__ = "throttles"
    __table_args__ = ({"schema": PLATFORM},)

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


_COUNT = text(
    "INSERT INTO platform.throttles AS t (key, count, started_at) VALUES (:key, 1, now()) "
    "ON CONFLICT (key) DO UPDATE SET "
    "count = CASE WHEN t.started_at < now() - :window * interval '1 second' THEN 1 ELSE t.count + 1 END, "
    "started_at = CASE WHEN t.started_at < now() - :window * interval '1 second' THEN now() ELSE t.started_at END "
    "RETURNING count, extract(epoch FROM started_at + :window * interval '1 second' - now())"
)
_LOOK = text(
    "SELECT key, count, extract(epoch FROM started_at + :window * interval '1 second' - now()) AS left "
    "FROM platform.throttles WHERE key = ANY(:keys) AND started_at >= now() - :window * interval '1 second'"
)

_LOOK_BELOW = text(
    "SELECT count, extract(epoch FROM started_at + :window * interval '1 second' - now()) AS left "
    "FROM platform.throttles WHERE starts_with(key, :prefix) AND started_at >= now() - :window * interval '1 second'"
)


def count(key: str, window: int) -> int:
    """Count one attempt and return how many there were in the window of `window` seconds."""
    with db.engines[PLATFORM].begin() as connection:
        return int(connection.execute(_COUNT, {"key": key, "window": window}).one()[0])


def spend(key: str, window: int) -> tuple[int, int]:
    """Count one use; returns how many there were in the window and in how many seconds it ends."""
    with db.engines[PLATFORM].begin() as connection:
        used, left = connection.execute(_COUNT, {"key": key, "window": window}).one()
    return int(used), max(1, ceil(left))


def wait(limits: dict[str, int], window: int) -> int:
    """Seconds until none of the keys is over its limit; 0 when another attempt is allowed now."""
    with db.engines[PLATFORM].begin() as connection:
        rows = connection.execute(_LOOK, {"keys": list(limits), "window": window}).all()
    return max((ceil(left) for key, used, left in rows if used >= limits[key]), default=0)


def forget(key: str) -> None:
    """Forget a key, as after a right password."""
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(text("DELETE FROM platform.throttles WHERE key = :key"), {"key": key})


def wait_below(key: str, limit: int, window: int) -> int:
    """Seconds until none of the keys that go on after `key:` is over the limit; 0 when none is."""
    with db.engines[PLATFORM].begin() as connection:
        rows = connection.execute(_LOOK_BELOW, {"prefix": f"{key}:", "window": window}).all()
    return max((ceil(left) for used, left in rows if used >= limit), default=0)


def forget_family(key: str) -> None:
    """Forget a key and all that go on after `key:`."""
    with db.engines[PLATFORM].begin() as connection:
        family = text("DELETE FROM platform.throttles WHERE key = :key OR starts_with(key, :prefix)")
        connection.execute(family, {"key": key, "prefix": f"{key}:"})


def forget_old() -> int:
    """Delete the keys whose window, whatever its length, is over. Returns how many."""
    with db.engines[PLATFORM].begin() as connection:
        old = text("DELETE FROM platform.throttles WHERE started_at < now() - interval '1 day'")
        return int(connection.execute(old).rowcount)
