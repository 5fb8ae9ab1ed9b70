"""Who of an audience has opened an announcement, for staff."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from app.announcements.models import Announcement
from app.audience import membership
from app.audience.rules import audience
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.paging import Page
from tenants.db import db

PAGE_SIZE = 50
VIEWS = ("all", "unread", "read", "confirmed")
_NAME = "coalesce(p.company, nullif(concat_ws(' ', p.first_name, p.last_name), ''), a.login)"
_OF = (
    f"FROM ({membership.accounts_sql()}) AS x JOIN accounts a ON a.id = x.id "
    "LEFT JOIN people p ON p.code = a.person_code AND p.until_revision IS NULL "
    "LEFT JOIN announcement_reads r ON r.announcement_id = :announcement AND r.account_id = a.id"
)
_WHERE = {
    "all": "true",
    "unread": "r.read_at IS NULL",
    "read": "r.read_at IS NOT NULL",
    "confirmed": "r.confirmed_at IS NOT NULL",
}
_COUNTS = text(f"SELECT count(*), count(r.read_at), count(r.confirmed_at) {_OF}")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many accounts the audience includes now, and how many of them have opened and confirmed it."""

    accounts: int
    read: int
    confirmed: int


@dataclass(frozen=True, slots=True)
class Reader:
    """An account of the audience; `channel` is how it confirmed, `portal` or `email`."""

    login: str
    name: str
    read_at: datetime | None
    confirmed_at: datetime | None
    channel: str | None


def counts(actor: Actor, row: Announcement) -> Counts:
    """Figures of an announcement that the actor has been shown."""
    _may(actor)
    return Counts(*db.session.execute(_COUNTS, _values(row)).one())


def readers(actor: Actor, row: Announcement, view: str, number: int = 1) -> Page[Reader]:
    """The accounts of its audience in one of the `VIEWS`, by name."""
    _may(actor)
    rows = db.session.execute(
        text(
            f"SELECT a.login, {_NAME} AS name, r.read_at, r.confirmed_at, r.channel, count(*) OVER () {_OF} "
            f"WHERE {_WHERE[view]} ORDER BY ext.polish_key({_NAME}), a.id LIMIT :size OFFSET :skip"
        ),
        {**_values(row), "size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE},
    ).all()
    return Page([Reader(*found[:5]) for found in rows], number, PAGE_SIZE, rows[0][5] if rows else 0)


def _values(row: Announcement) -> dict[str, Any]:
    return {**membership.accounts_values(audience(row.audience)), "announcement": row.id}


def _may(actor: Actor) -> None:
    if not actor.may(Can.SEE_MAILOUTS):
        raise NotThere("")
