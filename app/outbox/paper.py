"""Letters on paper: rows of the channel `letter`, which wait for somebody to print and post them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.outbox import events
from app.outbox.commands import ONE, post_set
from tenants.db import db

_WAITING = text(
    "SELECT i.id, i.public_id, i.recipient_key, i.recipient_name, i.address, i.locale, i.letter, "
    "coalesce(c.context, '{}'::jsonb) || i.context AS context FROM outbox_items i "
    "LEFT JOIN outbox_causes c ON c.cause = i.cause "
    "WHERE i.cause = :cause AND i.channel = 'letter' AND i.state = 'queued' ORDER BY i.id"
)
_POSTED = text(
    "UPDATE outbox_items SET state = 'sent', reason = NULL, sent_at = coalesce(:at, clock_timestamp()), answer = :by "
    "WHERE id = ANY(:items) AND channel = 'letter' AND state = 'queued' RETURNING id"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A letter that waits for the printer; `context` as templates get it, `address` as it stands on the envelope."""

    id: int
    public_id: str
    recipient_key: str
    name: str | None
    address: str
    locale: str
    letter: str
    context: dict[str, Any]


def write(
    letter: str, cause: str, key: str, place: str | None, name: str | None, context: dict[str, Any], locale: str
) -> bool:
    """Write one letter on paper to the address `place`; False when there is one for this cause and recipient."""
    values = {"recipient_key": key, "address": place, "name": name, "locale": locale, "context": json.dumps(context)}
    return bool(post_set(letter, cause, {}, ONE, values, channel="letter"))


def waiting(cause: str) -> list[Paper]:
    """The letters of a cause that nobody has posted. The caller has made sure that the cause is its reader's."""
    return [Paper(*row) for row in db.session.execute(_WAITING, {"cause": cause})]


def posted(items: list[int], by: str, at: datetime | None = None) -> int:
    """Say that these were handed to the post, `by` whom and when (now). Returns how many waited until then."""
    done = list(db.session.execute(_POSTED, {"items": items, "by": by[:200], "at": at}).scalars())
    events.note("posted", done, by[:200])
    return len(done)
