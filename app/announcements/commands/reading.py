"""What residents do with announcements: open them, and confirm that they have read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Engine, text

from app.announcements.queries import board
from app.core import audit
from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.language import gettext as _
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


def mark_read(account_id: int, public_ids: Sequence[str]) -> None:
    """Note that an account has opened announcements, in a transaction of its own: pages are read in a snapshot.

    The caller has shown them to the account.
    """
    with cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_READ, {"account": account_id, "ids": list(public_ids)})
    board.forget_unread(account_id)


def mark_all_read(actor: Actor) -> int:
    """Note that the actor wants no mark at any announcement that hangs now; returns how many had one.

    One that asks to be confirmed keeps asking.
    """
    if actor.account_id is None:
        raise NotThere("")
    fresh = [one.public_id for one in board.hanging(actor) if not one.read]
    if fresh:
        db.session.execute(_READ, {"account": actor.account_id, "ids": fresh})
    board.forget_unread(actor.account_id)
    return len(fresh)


def confirm(actor: Actor, public_id: str) -> None:
    """Confirm that the actor has read an announcement that asks for it; again changes nothing. Raises `NotThere`."""
    found = board.one(actor, public_id)
    if not found.confirm or actor.account_id is None:
        raise NotThere(_("Nie ma takiego ogłoszenia."))
    new = db.session.execute(_CONFIRM, {"account": actor.account_id, "id": found.public_id}).first()
    board.forget_unread(actor.account_id)
    if new is not None:
        audit.record(actor, "announcement.confirmed", f"announcement:{public_id}")
