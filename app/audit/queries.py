"""Reading the audit log of the bound tenant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.clock import WARSAW
from app.core.errors import NotThere
from app.core.paging import Page
from tenants.db import db

PAGE_SIZE = 50
BATCH = 1000
MOST_EXPORTED = 200_000
_COLUMNS = "id, at, actor_kind, actor, action, subject, detail, address"
_WHERE = (
    "(CAST(:who AS text) IS NULL OR position(:who IN lower(actor)) > 0) "
    "AND (CAST(:subject AS text) IS NULL OR position(:subject IN lower(subject)) > 0) "
    "AND (CAST(:action AS text) IS NULL OR action = :action) "
    "AND (CAST(:since AS timestamptz) IS NULL OR at >= :since) "
    "AND (CAST(:until AS timestamptz) IS NULL OR at < :until)"
)
_COUNT = text(f"SELECT count(*) FROM audit_entries WHERE {_WHERE}")
_PAGE = text(f"SELECT {_COLUMNS} FROM audit_entries WHERE {_WHERE} ORDER BY id DESC LIMIT :size OFFSET :skip")
_NEXT = text(
    f"SELECT {_COLUMNS} FROM audit_entries WHERE {_WHERE} AND (CAST(:before AS bigint) IS NULL OR id < :before) "
    f"ORDER BY id DESC LIMIT {BATCH}"
)
_ACTIONS = text("SELECT DISTINCT action FROM audit_entries ORDER BY action")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is looked for; None is anything. Days are of Europe/Warsaw, both inclusive."""

    who: str | None = None
    subject: str | None = None
    action: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log as it was written."""

    id: int
    at: datetime
    actor_kind: str
    actor: str
    action: str
    subject: str
    detail: dict[str, Any]
    address: str | None


def entries(actor: Actor, wanted: Filter, number: int) -> Page[Entry]:
    """One page of the log, newest first. Raises `NotThere`."""
    _may(actor)
    values = _values(wanted)
    total = int(db.session.execute(_COUNT, values).scalar_one())
    window = {"size": PAGE_SIZE, "skip": (number - 1) * PAGE_SIZE}
    return Page([Entry(*row) for row in db.session.execute(_PAGE, {**values, **window})], number, PAGE_SIZE, total)


def every(actor: Actor, wanted: Filter) -> Iterator[Entry]:
    """All lines that fit, newest first, at most `MOST_EXPORTED`. Raises `NotThere`."""
    _may(actor)
    before, given = None, 0
    while given < MOST_EXPORTED:
        rows = db.session.execute(_NEXT, {**_values(wanted), "before": before}).all()
        yield from (Entry(*row) for row in rows)
        if len(rows) < BATCH:
            return
        before, given = rows[-1].id, given + len(rows)


def actions(actor: Actor) -> list[str]:
    """The kinds of acts that the log holds. Raises `NotThere`."""
    _may(actor)
    return list(db.session.execute(_ACTIONS).scalars())


def _values(wanted: Filter) -> dict[str, Any]:
    return {
        "who": wanted.who.lower() if wanted.who else None,
        "subject": wanted.subject.lower() if wanted.subject else None,
        "action": wanted.action or None,
        "since": _midnight(wanted.since) if wanted.since else None,
        "until": _midnight(wanted.until + timedelta(days=1)) if wanted.until else None,
    }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WARSAW)


def _may(actor: Actor) -> None:
    if not actor.may(Can.SEE_AUDIT):
        raise NotThere("")
