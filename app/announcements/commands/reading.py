"""What residents do with announcements: open them, and confirm that they have read them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import text

from app.announcements import rules
from app.announcements.queries import board
from app.announcements.queries.board import Hanging
from app.core import audit
from app.core.actor import Actor, system
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.language import language
from app.deliveries import commands as deliveries
from app.mailouts import received
from app.outbox.tokens import read_confirm
from tenants.db import db

_READ = text(
    "INSERT INTO announcement_reads (announcement_id, account_id) "
    "SELECT id, :account FROM announcements WHERE public_id = ANY(:ids) AND state = 'published' "
    "ON CONFLICT DO NOTHING"
)
_CONFIRM = text(
    "INSERT INTO announcement_reads (announcement_id, account_id, confirmed_at, channel) "
    "SELECT id, :account, now(), :channel FROM announcements WHERE public_id = :id AND state = 'published' AND confirm "
    "ON CONFLICT (announcement_id, account_id) DO UPDATE SET confirmed_at = now(), channel = EXCLUDED.channel "
    "WHERE announcement_reads.confirmed_at IS NULL RETURNING announcement_id"
)
_ASKED = text(
    "SELECT public_id, title, translations, mailout, "
    "state = 'published' AND (expires_at IS NULL OR expires_at > now()) AS hangs "
    "FROM announcements WHERE public_id = :id AND confirm AND state IN ('published', 'withdrawn')"
)
_DONE = text("SELECT confirmed_at IS NOT NULL FROM outbox_items WHERE public_id = :delivery")


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
    values = {"account": actor.account_id, "id": found.public_id, "channel": "portal"}
    new = db.session.execute(_CONFIRM, values).first()
    deliveries.confirmed(actor, *_causes(found))
    board.forget_unread(actor.account_id)
    if new is not None:
        audit.record(actor, "announcement.confirmed", f"announcement:{public_id}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the link of a letter asks to be confirmed; `gone` when the announcement was taken back or has expired."""

    public_id: str
    delivery: str
    title: str
    locale: str
    name: str
    gone: bool
    done: bool


def asked(token: str) -> Asked:
    """What a link of a letter is about. Reading it changes nothing: scanners of mail do. Raises `NotThere`."""
    signed = read_confirm(token)
    got = deliveries.recipient(signed[0]) if signed else None
    row = db.session.execute(_ASKED, {"id": signed[1]}).one_or_none() if signed and got else None
    if signed is None or got is None or row is None or got.cause not in (
        rules.cause(row.public_id), f"mailout:{row.mailout}"
    ):  # fmt: skip
        raise NotThere(_("Nie ma takiego ogłoszenia."))
    title, _body, locale = rules.said_in(language(), row.title, "", row.translations)
    done = bool(db.session.scalar(_DONE, {"delivery": signed[0]}))
    return Asked(row.public_id, signed[0], title, locale, got.name, not row.hangs, done)


def confirm_by_letter(token: str) -> Asked:
    """Confirm by the link of a letter, without an account or logging in; again changes nothing. Raises `NotThere`."""
    found = asked(token)
    if found.gone:
        return found
    got = deliveries.recipient(found.delivery)
    for account in got.accounts if got else ():
        db.session.execute(_CONFIRM, {"account": account, "id": found.public_id, "channel": "email"})
        board.forget_unread(account)
    if deliveries.confirmed_by_letter(found.delivery):
        who = system("letter")
        audit.record(who, "announcement.confirmed", f"announcement:{found.public_id}", delivery=found.delivery)
    return replace(found, done=True)


def _causes(found: Hanging) -> list[str]:
    """The causes of the letters about an announcement: the notice, and the mailout of the whole text."""
    return [rules.cause(found.public_id), *([f"mailout:{found.mailout}"] if found.mailout else [])]
