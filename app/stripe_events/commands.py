"""Keeping events, and having them handed over."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core import audit, jobs
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.gateways.payments.events import Event
from app.stripe_events.handing import handlers
from app.stripe_events.models import StripeEvent
from tenants.db import db

JOB = "stripe_events.hand_over"
# Stripe tries for three days and lets one send again what is thirty days old; a database may be restored in between.
KEPT = timedelta(days=400)


def keep(event: Event) -> bool:
    """Write the event down and ask for it to be handed over; False if it is known already. Unbound."""
    wanted = bool(handlers(event.type))
    subject = f"{event.account or ''}/{event.object_id or event.id}"
    values = {
        "event_id": event.id,
        "type": event.type,
        "account": event.account,
        "object_kind": event.object_kind,
        "object_id": event.object_id,
        "subject": subject,
        "live": event.live,
        "created_at": event.created,
        "state": "waiting" if wanted else "ignored",
        "finished_at": None if wanted else now(),
    }
    again = {"deliveries": StripeEvent.deliveries + 1}
    statement = insert(StripeEvent).values(values).on_conflict_do_update(index_elements=["event_id"], set_=again)
    deliveries = db.session.execute(statement.returning(StripeEvent.deliveries)).scalar_one()
    if deliveries > 1 or not wanted:
        return deliveries == 1
    # One row of work for each object: two events of one subscription are never handled at once.
    jobs.enqueue(JOB, subject, {"subject": subject}, lane="urgent")
    return True


def retry(actor: Actor, event_id: str) -> None:
    """Have a failed event handed over once more. For operators. Raises `NotThere`."""
    if actor.kind not in ("operator", "system"):
        raise NotThere(_("Nie ma takiego zdarzenia."))
    found = db.session.execute(
        update(StripeEvent)
        .where(StripeEvent.event_id == event_id, StripeEvent.state == "failed")
        .values(state="waiting", error=None, finished_at=None)
        .returning(StripeEvent.subject)
    ).scalar_one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego zdarzenia albo nie czeka ono na ponowienie."))
    audit.record(actor, "stripe_events.retried", event_id)
    jobs.enqueue(JOB, found, {"subject": found}, lane="urgent")


def waiting(subject: str) -> list[Event]:
    """The events of one object that are to be handed over, oldest first."""
    order = (StripeEvent.created_at, StripeEvent.id)
    mine = (StripeEvent.subject == subject, StripeEvent.state == "waiting")
    rows = db.session.scalars(select(StripeEvent).where(*mine).order_by(*order)).all()
    return [
        Event(
            id=row.event_id,
            type=row.type,
            account=row.account,
            created=row.created_at,
            live=row.live,
            object_kind=row.object_kind,
            object_id=row.object_id,
        )
        for row in rows
    ]


def settle(event: Event, state: str, error: str | None = None) -> None:
    """Note how handing over ended: `done`, `failed`, or `waiting` for another try."""
    db.session.execute(
        update(StripeEvent)
        .where(StripeEvent.event_id == event.id)
        .values(
            state=state,
            error=error[:500] if error else None,
            attempts=StripeEvent.attempts + 1,
            finished_at=None if state == "waiting" else func.now(),
        )
    )


def forget_old() -> None:
    """Forget what Stripe cannot send again."""
    old = (StripeEvent.received_at < now() - KEPT, StripeEvent.state.in_(("done", "ignored")))
    db.session.execute(delete(StripeEvent).where(*old))
