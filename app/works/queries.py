"""Reads of sites and of who takes part in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.works.access import Place
from app.works.log import WORDS
from app.works.models import WorksSite
from app.works.rules import DUTIES, Right, rights_of
from tenants.db import db

_MINE = text(
    "SELECT s.public_id, s.name, s.state, s.city, s.street, m.duty, s.starts_on, s.ends_on, s.buildings "
    "FROM works_sites s "
    "LEFT JOIN works_members m ON m.site_id = s.id AND m.account_id = :account AND m.left_at IS NULL "
    "WHERE m.id IS NOT NULL OR (:as_staff AND (CAST(:scope AS text[]) IS NULL "
    "OR (jsonb_array_length(s.buildings) > 0 AND s.buildings <@ to_jsonb(CAST(:scope AS text[]))))) "
    "ORDER BY s.state DESC, s.name, s.id LIMIT 500"
)
_MEMBERS = text(
    "SELECT m.public_id, m.name, m.firm, m.duty, m.rights, m.joined_at, m.left_at, a.login, a.email, a.phone, "
    "a.status, a.role, a.password_hash IS NOT NULL AS has_password, a.last_login_at, m.account_id, m.id "
    "FROM works_members m JOIN accounts a ON a.id = m.account_id WHERE m.site_id = :site "
    "ORDER BY m.left_at IS NOT NULL, m.duty <> 'owner', m.name, m.id LIMIT 1000"
)
# The history is everybody's: that something became of an invoice is told to all, of which one only to who may see it.
_EVENTS = text(
    "SELECT e.at, e.author, e.verb, e.subject, CASE WHEN d.kind IS DISTINCT FROM 'invoice' "
    "OR d.account_id = :account OR (:sees_invoices AND (d.readers IS NULL OR :sees_letters "
    "OR d.readers @> to_jsonb(CAST(:account AS bigint)))) THEN e.label ELSE '' END AS label "
    "FROM works_events e LEFT JOIN works_documents d ON e.subject = 'document:' || d.public_id "
    "WHERE e.site_id = :site AND (CAST(:subject AS text) IS NULL OR e.subject = :subject) "
    "ORDER BY e.id DESC LIMIT :most"
)


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A site in a list; `duty` is None for staff who are no member."""

    public_id: str
    name: str
    state: str
    city: str
    street: str
    duty: str | None
    starts_on: date | None
    ends_on: date | None
    buildings: list[str]

    @property
    def duty_label(self) -> str:
        return str(DUTIES[self.duty]) if self.duty else ""

    @property
    def where(self) -> str:
        return ", ".join(part for part in (self.street, self.city) if part)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a site (uczestnik budowy). One without a password was invited only."""

    public_id: str
    name: str
    firm: str
    duty: str
    rights: frozenset[Right]
    joined_at: datetime
    left_at: datetime | None
    login: str
    email: str | None
    phone: str | None
    status: str
    role: str
    has_password: bool
    last_login_at: datetime | None
    account_id: int
    id: int

    @property
    def duty_label(self) -> str:
        return str(DUTIES[self.duty])


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a site's history."""

    at: datetime
    author: str
    verb: str
    subject: str
    label: str

    @property
    def words(self) -> str:
        return str(WORDS.get(self.verb, self.verb))


def sites(actor: Actor) -> list[SiteLine]:
    """The sites that the actor takes part in; for staff by right also those of their buildings, open ones first."""
    scope = None if actor.buildings is None else sorted(actor.buildings)
    found = db.session.execute(
        _MINE, {"account": actor.account_id, "as_staff": actor.may(Can.SEE_WORKS), "scope": scope}
    )
    return [SiteLine(*row) for row in found]


def site(_actor: Actor, place: Place) -> WorksSite:
    """All that is known of the site that somebody stands in."""
    return db.session.get_one(WorksSite, place.id)


def members(_actor: Actor, place: Place, *, left_too: bool = False) -> list[Member]:
    """Who takes part in the site, owners first; `left_too` with those who left."""
    rows = db.session.execute(_MEMBERS, {"site": place.id}).mappings()
    found = [Member(**{**row, "rights": rights_of(row["duty"], row["rights"])}) for row in rows]
    return [one for one in found if left_too or one.left_at is None]


def member(actor: Actor, place: Place, public_id: str) -> Member:
    """One member of the site, also one who left. Raises `NotThere`."""
    for one in members(actor, place, left_too=True):
        if one.public_id == public_id:
            return one
    raise NotThere("")


def history(place: Place, subject: str | None = None, most: int = 100) -> list[Event]:
    """What happened on the site, newest first; of one thing with `subject` (`kind:public id`)."""
    values: dict[str, Any] = {
        "site": place.id, "subject": subject, "most": most, "account": place.author.account_id,
        "sees_invoices": place.may(Right.SEE_INVOICES), "sees_letters": place.may(Right.SEE_LETTERS),
    }  # fmt: skip
    return [Event(*row) for row in db.session.execute(_EVENTS, values)]
