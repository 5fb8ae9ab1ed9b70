"""What residents do with announcements: open them, and confirm that they have read them."""

from __future__ import annotations

from sqlalchemy import text

from app.announcements import rules
from app.announcements.queries import board
from app.announcements.queries.board import Hanging
from app.core import audit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.deliveries import commands as deliveries
from app.mailouts import received
from tenants.db import db

_READ = text(
    "INSERT INTO announcement_reads (announcement_id, account_id) "
    "SELECT id, :account FROM announcements WHERE public_id = ANY(:ids) AND state = 'published' "
    "ON CONFLICT DO NOTHING"
)
_CONFIRM = text(
    "INSERT INTO announcement_reads (announcement_id, account_id, confirmed_at) "
    "SELECT id, :account, now() FROM announcements WHERE public_id = :id AND state = 'published' AND confirm "
    "ON CONFLICT (announcement_id, account_id) DO UPDATE SET confirmed_at = now() "
    "WHERE announcement_reads.confirmed_at IS NULL RETURNING announcement_id"
)


def mark_read(actor: Actor, found: Hanging) -> None:
    """Note that the actor has opened an announcement, and so what letters about it said."""
    if actor.account_id is None:
        raise NotThere("")
    db.session.execute(_READ, {"account": actor.account_id, "ids": [found.public_id]})
    deliveries.opened(actor, *_causes(found))
    board.forget_unread(actor.account_id)


def mark_letter_read(actor: Actor, mailout: str) -> None:
    """Note that the actor has opened a mailout in the portal."""
    if actor.account_id is None:
        raise NotThere("")
    deliveries.opened(actor, f"mailout:{mailout}")
    board.forget_unread(actor.account_id)


def mark_all_read(actor: Actor) -> None:
    """Note that the actor wants no mark at anything that is there now. What asks to be confirmed keeps asking."""
    if actor.account_id is None:
        raise NotThere("")
    fresh = [one for one in board.hanging(actor) if not one.read]
    if fresh:
        db.session.execute(_READ, {"account": actor.account_id, "ids": [one.public_id for one in fresh]})
    letters = [f"mailout:{letter.public_id}" for letter in received.every(actor) if letter.is_new]
    deliveries.opened(actor, *letters, *(cause for one in fresh for cause in _causes(one)))
    board.forget_unread(actor.account_id)


def confirm(actor: Actor, public_id: str) -> None:
    """Confirm that the actor has read an announcement that asks for it; again changes nothing. Raises `NotThere`."""
    found = board.one(actor, public_id)
    if not found.confirm or actor.account_id is None:
        raise NotThere(_("Nie ma takiego ogłoszenia."))
    new = db.session.execute(_CONFIRM, {"account": actor.account_id, "id": found.public_id}).first()
    deliveries.confirmed(actor, *_causes(found))
    board.forget_unread(actor.account_id)
    if new is not None:
        audit.record(actor, "announcement.confirmed", f"announcement:{public_id}")


def _causes(found: Hanging) -> list[str]:
    """The causes of the letters about an announcement: the notice, and the mailout of the whole text."""
    return [rules.cause(found.public_id), *([f"mailout:{found.mailout}"] if found.mailout else [])]
