"""Whom one may write to, and who takes part in a thread."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import OUTSIDE_SQL
from app.works.access import Place
from app.works.post.queries.visible import SEEN, values
from app.works.rules import DUTIES
from tenants.db import db

# Members, and whoever else of the staff has written or got a letter of the thread that one may read.
_PEOPLE = text(
    "SELECT a.id, a.public_id, m.name, m.firm, m.duty FROM works_members m JOIN accounts a ON a.id = m.account_id "
    "WHERE m.site_id = :site AND m.left_at IS NULL AND a.status <> 'closed' "
    "UNION ALL "
    "SELECT a.id, a.public_id, max(x.name), '', NULL FROM ("
    f"SELECT l.account_id, l.author AS name FROM works_letters l WHERE l.thread_id = :thread AND l.state = 'sent' "
    f"AND {SEEN} UNION ALL SELECT d.account_id, d.name FROM works_addressees d JOIN works_letters l "
    f"ON l.id = d.letter_id WHERE l.thread_id = :thread AND l.state = 'sent' AND {SEEN}) AS x "
    "JOIN accounts a ON a.id = x.account_id "
    f"WHERE a.status <> 'closed' AND a.role NOT IN {OUTSIDE_SQL} AND NOT EXISTS ("
    "SELECT FROM works_members m WHERE m.site_id = :site AND m.account_id = a.id) GROUP BY a.id, a.public_id "
    "ORDER BY 3, 1 LIMIT 500"
)
_OUTSIDE = text(
    "SELECT DISTINCT d.address, max(d.name) AS name FROM works_addressees d JOIN works_letters l ON l.id = d.letter_id "
    "WHERE l.id = :letter AND d.address IS NOT NULL GROUP BY d.address ORDER BY d.address"
)
_INSIDE = text(
    "SELECT a.public_id FROM works_letters l JOIN accounts a ON a.id = l.account_id WHERE l.id = :letter "
    "UNION SELECT a.public_id FROM works_addressees d JOIN accounts a ON a.id = d.account_id "
    "WHERE d.letter_id = :letter"
)
_NAMES = text(
    "SELECT x.address, max(x.name) AS name FROM (SELECT d.address, d.name, d.letter_id FROM works_addressees d "
    "UNION ALL SELECT l.from_address, l.author, l.id FROM works_letters l) AS x JOIN works_letters l "
    f"ON l.id = x.letter_id WHERE l.thread_id = :thread AND l.state = 'sent' AND {SEEN} AND x.address IS NOT NULL "
    "GROUP BY x.address ORDER BY x.address"
)
_WRITER = text("SELECT from_address, author FROM works_letters WHERE id = :letter AND from_address IS NOT NULL")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account to whom one may write; `duty` is None for staff of the manager."""

    account_id: int
    public_id: str
    name: str
    firm: str
    duty: str | None

    @property
    def about(self) -> str:
        """Role and firm, for a list."""
        return ", ".join(part for part in (str(DUTIES[self.duty]) if self.duty else "", self.firm) if part)


def people(place: Place, thread_id: int | None = None) -> list[Person]:
    """Everybody on the site to whom the one who stands there may write; in a thread also staff who take part in it."""
    rows = db.session.execute(_PEOPLE, {**values(place), "thread": thread_id})
    found = [Person(*row) for row in rows]
    return [one for one in found if one.account_id != place.author.account_id]


def duties(found: list[Person]) -> list[tuple[str, str, int]]:
    """(role, its name, how many) of the roles that several people have, in the order of roles."""
    counts = {duty: sum(1 for one in found if one.duty == duty) for duty in DUTIES}
    return [(duty, str(DUTIES[duty]), number) for duty, number in counts.items() if number > 1]


def names_outside(place: Place, thread_id: int) -> dict[str, str]:
    """Names of the people outside who are in on letters of a thread that one may read, by address."""
    given = {**values(place), "thread": thread_id}
    return {row.address: row.name for row in db.session.execute(_NAMES, given)}


def talkers(letter_id: int) -> tuple[set[str], list[tuple[str, str]]]:
    """Who is in on a letter, its writer too: public ids of accounts, and (name, address) outside."""
    inside = set(db.session.execute(_INSIDE, {"letter": letter_id}).scalars())
    outside = {row.address: row.name for row in db.session.execute(_OUTSIDE, {"letter": letter_id})}
    writer = db.session.execute(_WRITER, {"letter": letter_id}).one_or_none()
    if writer is not None:
        outside.setdefault(writer.from_address, writer.author)
    return inside, [(name, address) for address, name in outside.items()]
