"""Reading the events that came from Stripe, for operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.stripe_events.models import StripeEvent
from tenants.db import db

PAGE_SIZE = 50
STATES = ("waiting", "failed", "done", "ignored")


@dataclass(frozen=True, slots=True)
class Line:
    """One event; `deliveries` counts how often Stripe sent it, `attempts` how often it was handed over."""

    event_id: str
    type: str
    account: str | None
    object_id: str | None
    live: bool
    created_at: datetime
    received_at: datetime
    deliveries: int
    attempts: int
    state: str
    error: str | None


def events(actor: Actor, state: str = "", number: int = 1) -> Page[Line]:
    """One page of the events, newest first; `state` limits them. Operators only; raises `NotThere`."""
    _only_operators(actor)
    wanted = [StripeEvent.state == state] if state in STATES else []
    total = db.session.scalar(select(func.count()).select_from(StripeEvent).where(*wanted)) or 0
    columns = [getattr(StripeEvent, name) for name in Line.__dataclass_fields__]
    statement = select(*columns).where(*wanted).order_by(StripeEvent.received_at.desc(), StripeEvent.id.desc())
    rows = db.session.execute(statement.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return Page([Line(*row) for row in rows], number, PAGE_SIZE, total)


def tallies(actor: Actor) -> dict[str, int]:
    """How many events there are in each state. Operators only; raises `NotThere`."""
    _only_operators(actor)
    rows = db.session.execute(select(StripeEvent.state, func.count()).group_by(StripeEvent.state)).all()
    return dict.fromkeys(STATES, 0) | {row[0]: int(row[1]) for row in rows}


def state_of(actor: Actor, event_id: str) -> str:
    """The state of one event. Operators only; raises `NotThere`."""
    _only_operators(actor)
    found = db.session.scalar(select(StripeEvent.state).where(StripeEvent.event_id == event_id[:255]))
    if found is None:
        raise NotThere(_("Nie ma takiego zdarzenia."))
    return found


def _only_operators(actor: Actor) -> None:
    if not actor.is_operator:
        raise NotThere(_("Nie ma takiego zdarzenia."))
