"""The list of letters by thread: newest first, narrowed and searched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.language import lazy_gettext as _l
from app.core.paging import Page
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.documents import searching
from app.works.access import Place
from app.works.post.queries.visible import MINE, SEEN, values
from app.works.rules import Right
from tenants.db import db

PER_PAGE = 30
WHICH = {
    "": _l("wszystkie"),
    "mine": _l("moje i do mnie"),
    "sent": _l("wysłane przeze mnie"),
    "others": _l("między innymi osobami"),
    "outside": _l("z osobami spoza budowy"),
    "held": _l("czekające na sprawdzenie"),
}
_OUTSIDE = (
    "(l.from_address IS NOT NULL OR EXISTS (SELECT FROM works_addressees o WHERE o.letter_id = l.id "
    "AND o.address IS NOT NULL))"
)
_CHOSEN = (
    f"(CASE :which WHEN 'mine' THEN {MINE} WHEN 'sent' THEN l.account_id = :account WHEN 'others' THEN NOT {MINE} "
    f"AND l.state = 'sent' WHEN 'outside' THEN {_OUTSIDE} WHEN 'held' THEN l.state = 'held' ELSE true END) "
    "AND (CAST(:person AS text) IS NULL OR l.account_id = (SELECT id FROM accounts WHERE public_id = :person) "
    "OR l.from_address = :person OR EXISTS (SELECT FROM works_addressees p LEFT JOIN accounts a ON a.id = p.account_id "
    "WHERE p.letter_id = l.id AND (a.public_id = :person OR p.address = :person))) "
    "AND (NOT :with_files OR EXISTS (SELECT FROM works_letter_files f WHERE f.letter_id = l.id)) "
    "AND (NOT :with_due OR l.due_on IS NOT NULL) "
    "AND (CAST(:asked AS text) IS NULL OR l.search @@ to_tsquery('simple', :asked))"
)
_UNREAD = (
    "(l.account_id IS DISTINCT FROM :account AND l.id > coalesce((SELECT r.letter_id FROM works_readings r "
    "WHERE r.thread_id = l.thread_id AND r.account_id = :account), 0))"
)
# Threads first, by the newest of their letters that fits; what is said of that letter only for one page of them.
_LIST = text(
    "WITH found AS (SELECT l.thread_id, max(l.id) AS newest, count(*) OVER () AS total FROM works_letters l "
    f"WHERE {SEEN} AND {_CHOSEN} GROUP BY l.thread_id ORDER BY newest DESC LIMIT :most OFFSET :offset) "
    "SELECT t.public_id, t.subject, t.state, l.public_id AS letter, l.author, l.firm, l.from_address, l.account_id, "
    "l.sent_at, l.due_on, l.state AS letter_state, left(l.body, 160) AS excerpt, "
    "(SELECT array_agg(CASE WHEN d.name = '' THEN coalesce(d.address, '') ELSE d.name END ORDER BY d.id) "
    "FROM works_addressees d WHERE d.letter_id = l.id) AS recipients, "
    f"(SELECT count(*) FROM works_letters l WHERE l.thread_id = t.id AND {SEEN}) AS letters, "
    "(SELECT count(*) FROM works_letter_files f WHERE f.letter_id = l.id) AS files, "
    f"EXISTS (SELECT FROM works_letters l WHERE l.thread_id = t.id AND {SEEN} AND {_UNREAD}) AS unread, "
    "found.total FROM found JOIN works_threads t ON t.id = found.thread_id JOIN works_letters l ON l.id = found.newest "
    "ORDER BY found.newest DESC"
)
_COUNTS = text(
    f"SELECT count(DISTINCT l.thread_id) FILTER (WHERE {_UNREAD}), count(*) FILTER (WHERE l.state = 'held') "
    f"FROM works_letters l WHERE {SEEN}"
)
_WRITERS = text(
    f"SELECT DISTINCT l.from_address FROM works_letters l WHERE {SEEN} AND l.from_address IS NOT NULL "
    f"UNION SELECT d.address FROM works_addressees d JOIN works_letters l ON l.id = d.letter_id "
    f"WHERE {SEEN} AND d.address IS NOT NULL ORDER BY 1 LIMIT 200"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the letters is asked for; nothing is everything. `person` is an account's public id or an address."""

    which: str = ""
    person: str = ""
    files: bool = False
    due: bool = False
    search: str = ""

    @property
    def is_narrow(self) -> bool:
        return self != Wanted()

    @classmethod
    def of(cls, place: Place, given: Any) -> Wanted:
        """From a query string: what is unknown or not for this visitor is nothing."""
        which, person = given.get("which", ""), given.get("person", "").replace("\0", "")
        return cls(
            which if which in choices(place) else "",
            person if len(person) == PUBLIC_ID_LENGTH or "@" in person[:254] else "",
            given.get("files") == "1",
            given.get("due") == "1",
            given.get("q", "")[:200].replace("\0", "").strip(),
        )


@dataclass(frozen=True, slots=True)
class ThreadLine:
    """A thread in a list, with its newest letter that was asked for; `recipients` are names."""

    public_id: str
    subject: str
    state: str
    letter: str
    author: str
    firm: str
    from_address: str | None
    account_id: int | None
    sent_at: datetime
    due_on: date | None
    letter_state: str
    excerpt: str
    recipients: list[str]
    letters: int
    files: int
    unread: bool

    @property
    def is_held(self) -> bool:
        return self.letter_state == "held"


def choices(place: Place) -> dict[str, str]:
    """Which letters the visitor may choose between."""
    hidden = set() if place.may(Right.SEE_LETTERS) else {"others"}
    hidden |= set() if place.may(Right.MANAGE) else {"held"}
    return {name: str(label) for name, label in WHICH.items() if name not in hidden}


def threads(place: Place, wanted: Wanted, number: int = 1) -> Page[ThreadLine]:
    """The threads of a site of which one may read a letter that was asked for, newest first."""
    stems = searching.question(wanted.search)
    if wanted.search and not stems:
        return Page([], 1, PER_PAGE, 0)
    given = {
        **values(place),
        "which": wanted.which,
        "person": wanted.person or None,
        "with_files": wanted.files,
        "with_due": wanted.due,
        "asked": searching.as_tsquery(stems) if stems else None,
        "most": PER_PAGE,
        "offset": (number - 1) * PER_PAGE,
    }
    rows = db.session.execute(_LIST, given).all()
    lines = [replace(ThreadLine(*row[:-1]), recipients=list(row.recipients or ())) for row in rows]
    return Page(lines, number, PER_PAGE, rows[0].total if rows else 0)


@dataclass(frozen=True, slots=True)
class Counts:
    """How many threads have something new, and how many letters wait to be looked at."""

    unread: int
    held: int


def counts(place: Place) -> Counts:
    return Counts(*db.session.execute(_COUNTS, values(place)).one())


def outsiders(place: Place) -> list[str]:
    """Addresses outside with which there were letters that one may read."""
    return list(db.session.execute(_WRITERS, values(place)).scalars())
