"""Lists of conversations: what a resident wrote about, what waits for staff."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor
from app.core.clock import today
from app.core.paging import Page
from app.core.searching import as_tsquery, question
from app.estate.searching import pattern_of
from app.messages.queries.lines import FROM, LINE, OPEN_SIDES, ThreadLine, values
from app.messages.rules import CATEGORIES, CORRECTION, STATES
from tenants import reading
from tenants.db import db

PAGE_SIZE = 25
WAITS = "waits"
LATE = "late"
UNVERIFIED = "unverified"
MINE, NOBODY = "mine", "nobody"

_WAITING = "t.state IN ('new', 'working')"
_UNVERIFIED = "EXISTS (SELECT FROM messages u WHERE u.thread_id = t.id AND u.side = 'unverified')"
# Each part of the union is a look into an index, or into a table of some thousand rows. What the actor may see is
# asked afterwards.
_FOUND = text(
    "SELECT s.id FROM message_threads s WHERE ext.words(s.subject) @@ to_tsquery('simple', :words) "
    "UNION SELECT f.thread_id FROM messages f WHERE ext.words(f.body) @@ to_tsquery('simple', :words) "
    f"AND (f.side IN {OPEN_SIDES} OR (:staff AND f.side = 'note')) "
    "UNION SELECT s.id FROM message_threads s WHERE :staff AND lower(s.unit_code) LIKE :pattern "
    "UNION SELECT s.id FROM message_threads s JOIN accounts o ON o.id = s.account_id WHERE :staff AND "
    "(lower(o.login) LIKE :pattern OR o.person_code IN (SELECT p.code FROM people p WHERE p.until_revision IS NULL "
    "AND unaccent(lower(concat_ws(' ', p.first_name, p.last_name, p.company))) LIKE :pattern))"
)
_CHOSEN = (
    f"(CASE :state WHEN '' THEN true WHEN 'waits' THEN {_WAITING} WHEN 'late' THEN {_WAITING} AND t.due_on < :today "
    f"WHEN 'unverified' THEN :staff AND {_UNVERIFIED} ELSE t.state = :state END) "
    "AND (:category = '' OR t.category = :category) "
    "AND (CASE :whose WHEN '' THEN true WHEN 'mine' THEN t.assigned_to = :me ELSE t.assigned_to IS NULL END) "
    "AND {found}"
)
_LIST = (
    f"SELECT {LINE} {FROM} AND {_CHOSEN} ORDER BY :staff AND {_WAITING} DESC, "
    f"CASE WHEN :staff AND {_WAITING} THEN t.due_on END, CASE WHEN :staff AND {_WAITING} THEN t.last_at END, "
    "t.last_at DESC, t.id DESC LIMIT :size OFFSET :skip"
)
_COUNT = f"SELECT count(*) {FROM} AND {_CHOSEN}"
# Asked for words or not: two statements, so that each is planned for what it is.
_EVERY = (text(_COUNT.replace("{found}", "true")), text(_LIST.replace("{found}", "true")))
_AMONG = "t.id = ANY(CAST(:found AS bigint[]))"
_SEARCH = (text(_COUNT.replace("{found}", _AMONG)), text(_LIST.replace("{found}", _AMONG)))
_CORRECTIONS = text(
    f"SELECT {LINE} {FROM} AND t.category = :category AND t.state <> 'closed' ORDER BY t.last_at DESC LIMIT 5"
)
_WORK = text(
    f"SELECT count(*) FILTER (WHERE {_WAITING}), count(*) FILTER (WHERE {_WAITING} AND t.due_on < :today), "
    f"count(*) FILTER (WHERE {_WAITING} AND t.assigned_to = :me), "
    f"count(*) FILTER (WHERE {_UNVERIFIED}) {FROM} AND ({_WAITING} OR {_UNVERIFIED})"
)
_UNREAD = text(
    "SELECT count(*) FROM messages m JOIN message_threads t ON t.id = m.thread_id "
    "WHERE t.account_id = :me AND m.side = 'office' AND m.read_at IS NULL"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the conversations is asked for; nothing is everything.

    `state` is one of `STATES`, or `waits`, `late`, `unverified`; `whose` is `mine` or `nobody`.
    """

    state: str = ""
    category: str = ""
    whose: str = ""
    search: str = ""

    @classmethod
    def of(cls, state: str, category: str = "", whose: str = "", search: str = "") -> Wanted:
        """From a query string: what is unknown is nothing."""
        return cls(
            state if state in (*STATES, WAITS, LATE, UNVERIFIED) else "",
            category if category in CATEGORIES else "",
            whose if whose in (MINE, NOBODY) else "",
            search[:100].replace("\0", "").strip(),
        )


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for the office: conversations without an answer, of those late and the actor's own, and with letters
    of unknown senders."""

    waiting: int
    late: int
    mine: int
    unverified: int


def threads(actor: Actor, number: int = 1, wanted: Wanted | None = None) -> Page[ThreadLine]:
    """The conversations that the actor may see: newest first, for staff after those that wait, soonest due first."""
    asked = wanted or Wanted()
    found = _found(actor, asked.search)
    given = {
        **values(actor),
        "state": asked.state,
        "category": asked.category,
        "whose": asked.whose,
        "today": today(),
        **({} if found is None else {"found": found}),
    }
    counted, listed = _EVERY if found is None else _SEARCH
    total = db.session.execute(counted, given).scalar_one()
    rows = db.session.execute(listed, {**given, "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE})
    return Page([ThreadLine(*row) for row in rows], number, PAGE_SIZE, total)


def _found(actor: Actor, search: str) -> list[int] | None:
    """The conversations in which words are found, whoever may see them; None when nothing is asked for.

    Words are searched as they begin, without the endings of Polish cases; staff find by name, login and unit too.
    Notes are searched for staff only: a resident must not find out from a list what stands in one.
    """
    pattern = pattern_of(search)
    if pattern is None:
        return None
    given = {"staff": values(actor)["staff"], "pattern": pattern, "words": as_tsquery(question(search))}
    return list(db.session.execute(_FOUND, given).scalars())


def corrections(actor: Actor) -> list[ThreadLine]:
    """The newest conversations about the actor's own data that are not over, at most five."""
    rows = db.session.execute(_CORRECTIONS, {**values(actor), "category": CORRECTION})
    return [ThreadLine(*row) for row in rows]


def work(actor: Actor) -> Work:
    """What waits for the office, as far as the actor sees it."""
    return Work(*db.session.execute(_WORK, {**values(actor), "today": today()}).one())


def waiting(actor: Actor) -> int:
    """How many conversations wait for an answer of the office, as far as the actor sees them."""
    return work(actor).waiting


def unread(actor: Actor) -> int:
    """How many messages of the office a resident has not seen; 0 for anybody else."""
    if not actor.is_resident:
        return 0
    return int(reading.rows(_UNREAD, {"me": actor.account_id})[0][0])
