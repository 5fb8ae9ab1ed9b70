"""Making and withdrawing the private link of a calendar."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.calendar.models import CalendarFeed
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.public_ids import digest, new_secret
from tenants.db import db


def make_feed(actor: Actor, *, amounts: bool, allowances: bool) -> str:
    """A new private link in place of the one before; returns its secret, of which only the digest is kept."""
    account = _own_account(actor)
    secret = new_secret()
    kept = {"digest": digest(secret), "amounts": amounts, "allowances": allowances, "made_at": now()}
    made = insert(CalendarFeed).values(account_id=account, **kept)
    db.session.execute(made.on_conflict_do_update(index_elements=["account_id"], set_=kept))
    audit.record(actor, "calendar.feed_made", actor.login, after={"amounts": amounts, "allowances": allowances})
    return secret


def withdraw_feed(actor: Actor) -> None:
    """Let the private link lead nowhere from now on; without one nothing happens."""
    account = _own_account(actor)
    gone = db.session.execute(
        delete(CalendarFeed).where(CalendarFeed.account_id == account).returning(CalendarFeed.account_id)
    ).first()
    if gone is not None:
        audit.record(actor, "calendar.feed_withdrawn", actor.login)


def _own_account(actor: Actor) -> int:
    if not actor.is_resident or actor.account_id is None:
        raise NotThere("")
    return actor.account_id
