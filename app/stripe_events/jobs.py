"""Handing events over, one object at a time."""

from __future__ import annotations

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from app.core import work
from app.core.errors import TryLater
from app.core.jobs import job
from app.gateways.payments.events import Event
from app.stripe_events import commands
from app.stripe_events.handing import handlers

log = structlog.get_logger("osiedle.stripe")


@job(commands.JOB, platform=True)
def hand_over(subject: str) -> None:
    """Give each waiting event of this object to whoever asked for its type. Raises `TryLater` if one of them does."""
    for event in commands.waiting(subject):
        _hand_over(event)
        work.commit()


def _hand_over(event: Event) -> None:
    try:
        for handler in handlers(event.type):
            handler(event)
            work.commit()
    except TryLater as later:
        work.rollback()
        commands.settle(event, "waiting", str(later))
        work.commit()
        raise
    except (OperationalError, InterfaceError):  # the database: the worker comes back by itself
        raise
    except Exception as error:
        log.exception("event was not handled", type=event.type, event_id=event.id)
        work.rollback()
        commands.settle(event, "failed", f"{type(error).__name__}: {error}")
    else:
        commands.settle(event, "done")
