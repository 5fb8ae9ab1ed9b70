"""Conversations as lines of lists, and the SQL that every read of them begins with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.core.actor import Actor, Can
from app.core.clock import today
from app.core.errors import NotThere
from app.estate import scope
from app.messages.rules import CATEGORIES, STATES, WAITING

# A conversation about a unit belongs to its building, any other to those of the resident.
MINE = (
    f"CASE WHEN NOT :staff THEN t.account_id = :me WHEN t.unit_code IS NOT NULL THEN {scope.units('t.unit_code')} "
    f"ELSE {scope.accounts('a')} END"
)
# What a resident may see of a conversation.
OPEN_SIDES = "('resident', 'office')"
WHO = (
    "coalesce((SELECT coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), '')) FROM people p "
    "WHERE p.code = a.person_code AND p.until_revision IS NULL), a.login)"
)
LINE = (
    f"t.public_id, t.subject, t.category, t.state, t.unit_code, a.login, {WHO} AS who, t.started_at, t.last_at, "
    "(SELECT s.login FROM accounts s WHERE s.id = t.assigned_to) AS assigned, "
    "(SELECT count(*) FROM messages m WHERE m.thread_id = t.id AND m.side = :other AND m.read_at IS NULL) AS unread, "
    f"(SELECT count(*) FROM messages m WHERE m.thread_id = t.id AND m.side IN {OPEN_SIDES}) AS count, "
    "t.due_on, t.reopened, CASE WHEN :staff THEN (SELECT count(*) FROM messages m WHERE m.thread_id = t.id "
    "AND m.side = 'unverified') ELSE 0 END AS unverified"
)
LINE_LENGTH = 15
FROM = f"FROM message_threads t JOIN accounts a ON a.id = t.account_id WHERE {MINE}"


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A conversation in a list. `unread` counts messages of the other side that the reader has not seen.

    `due_on` is the day until which the office promised to answer; `unverified` letters wait for staff to decide.
    """

    public_id: str
    subject: str
    category: str
    state: str
    unit_code: str | None
    login: str
    who: str
    started_at: datetime
    last_at: datetime
    assigned: str | None
    unread: int
    count: int
    due_on: date | None
    reopened: int
    unverified: int

    @property
    def category_label(self) -> str:
        return str(CATEGORIES.get(self.category, self.category))

    @property
    def state_label(self) -> str:
        return str(STATES[self.state])

    @property
    def waits(self) -> bool:
        """Whether the office owes an answer."""
        return self.state in WAITING

    @property
    def late(self) -> bool:
        return self.due_on is not None and self.waits and self.due_on < today()


def values(actor: Actor) -> dict[str, Any]:
    """The parameters of `FROM` and `LINE`. Raises `NotThere` for who has no conversations at all."""
    staff = actor.may(Can.SEE_MESSAGES)
    if not staff and not actor.is_resident:
        raise NotThere("")
    other = "resident" if staff else "office"
    return {"staff": staff, "me": actor.account_id, "other": other, **scope.values(actor)}


def plain(public_id: str) -> str:
    return public_id.replace("\0", "")
