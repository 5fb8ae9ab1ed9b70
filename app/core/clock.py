"""Time: UTC in storage, Europe/Warsaw for people."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

WARSAW = ZoneInfo("Europe/Warsaw")


def now() -> datetime:
    """This moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The moment on a clock in Poland."""
    return moment.astimezone(WARSAW)


def today() -> date:
    """The calendar day in Poland."""
    return local(now()).date()
