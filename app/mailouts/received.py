"""Mailouts as their recipients read them in the portal, whether or not mail reached them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor
from app.core.errors import NotThere
from app.core.paging import Page
from app.outbox.rules import filled
from tenants.db import db

PAGE_SIZE = 20
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Received:
    """A mailout as it was written to one person: text as sent, personal names filled in.

    `files` are the stored files that came along, id and name.
    """

    public_id: str
    at: datetime
    subject: str
    body: str
    is_new: bool = False
    files: tuple[tuple[int, str], ...] = ()


# So long a letter that was not opened is called new. One that left by no channel never is.
NEW_DAYS = 30
# A letter is addressed to a person of the books or to a login. A login may be given out again after its account was
# closed, so letters to a login count since this account exists.
_ADDRESSED = (
    "i.cause = 'mailout:' || m.public_id AND (i.recipient_key = 'person:' || a.person_code "
    "OR (i.created_at >= a.created_at AND i.recipient_key IN ('account:' || a.login, 'account:' || a.public_id)))"
)
# When it went: mailouts may be written long before.
_AT = "coalesce(m.run_at, m.launched_at, m.created_at)"
# A letter that lacks its own words, or was taken back, says nothing to anybody.
_WHOLE = "NOT jsonb_exists(i.context, 'lacks') AND (m.state <> 'cancelled' OR i.state IN ('sent', 'bounced'))"
NEW = (
    f"{_AT} > now() - interval '{NEW_DAYS} days' AND EXISTS (SELECT FROM outbox_items i WHERE {_ADDRESSED} "
    "AND i.opened_at IS NULL AND i.state <> 'skipped')"
)
_MINE = (
    "FROM accounts a JOIN mailouts m ON true "
    f"JOIN LATERAL (SELECT i.context FROM outbox_items i WHERE {_ADDRESSED} AND {_WHOLE} "
    "ORDER BY i.channel = 'sms' LIMIT 1) AS item ON true "
    "JOIN outbox_causes c ON c.cause = 'mailout:' || m.public_id WHERE a.id = :me"
)
_COLUMNS = f"m.public_id, {_AT} AS created_at, c.context AS common, item.context AS own, {NEW} AS is_new"
_LIST = text(f"SELECT {_COLUMNS} {_MINE} ORDER BY {_AT} DESC, m.id DESC LIMIT :size OFFSET :skip")
_COUNT = text(f"SELECT count(*) {_MINE}")
_ONE = text(f"SELECT {_COLUMNS} {_MINE} AND m.public_id = :letter")


def received(actor: Actor, number: int = 1) -> Page[Received]:
    """The mailouts addressed to the actor, newest first."""
    me = {"me": actor.account_id}
    total = db.session.execute(_COUNT, me).scalar_one()
    rows = db.session.execute(_LIST, {**me, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE})
    return Page([_received(row) for row in rows], number, PAGE_SIZE, total)


def every(actor: Actor) -> list[Received]:
    """The same all at once, at most `MOST`, for a list that holds other things too."""
    rows = db.session.execute(_LIST, {"me": actor.account_id, "size": MOST, "skip": 0})
    return [_received(row) for row in rows]


def one(actor: Actor, public_id: str) -> Received:
    """One of them. Raises `NotThere`, also for a mailout to others."""
    values = {"me": actor.account_id, "letter": public_id.replace("\0", "")}
    row = db.session.execute(_ONE, values).one_or_none()
    if row is None:
        raise NotThere("")
    return _received(row)


def _received(row: Any) -> Received:
    fields = row.own.get("fields", {})
    subject = row.common.get("subject", "")
    body = row.common.get("body_text", "") or row.own.get("text", "")  # a text message has no words but its own
    files = tuple((int(one["file"]), str(one["name"])) for one in row.own.get("attachments", ()) if "file" in one)
    return Received(row.public_id, row.created_at, filled(subject, fields), filled(body, fields), row.is_new, files)
