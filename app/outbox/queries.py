"""Reading the outbox: what became of the letters of a cause."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.outbox.rules import told
from tenants.db import db

PROBLEMS_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """Letters of one cause by state; `waiting` are those queued or being sent."""

    recipients: int = 0
    sent: int = 0
    failed: int = 0
    skipped: int = 0
    held: int = 0
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Problem:
    """A letter that did not reach its person, and why. `code` is the books' code of the person, or the login."""

    name: str
    code: str
    address: str | None
    state: str
    reason: str


def counts(actor: Actor, causes: list[str]) -> dict[str, Counts]:
    """The counts of each cause, in one read. Raises `NotThere` for who may not see mailouts."""
    _check(actor)
    rows = db.session.execute(
        text(
            "SELECT cause, count(*), count(*) FILTER (WHERE state = 'sent'), "
            "count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'skipped'), "
            "count(*) FILTER (WHERE state = 'held'), count(*) FILTER (WHERE state IN ('queued', 'sending')) "
            "FROM outbox_items WHERE cause = ANY(:causes) GROUP BY cause"
        ),
        {"causes": causes},
    )
    found = {row[0]: Counts(*row[1:]) for row in rows}
    return {cause: found.get(cause, Counts()) for cause in causes}


def problems(actor: Actor, cause: str, number: int = 1) -> Page[Problem]:
    """Who was not reached, by name. Raises `NotThere` for who may not see mailouts."""
    _check(actor)
    rows = db.session.execute(
        text(
            "SELECT coalesce(recipient_name, ''), split_part(recipient_key, ':', 2), address, state, reason, "
            "count(*) OVER () FROM outbox_items "
            "WHERE cause = :cause AND state IN ('failed', 'skipped', 'held') "
            "ORDER BY state, ext.polish_key(coalesce(recipient_name, '')), id LIMIT :size OFFSET :start"
        ),
        {"cause": cause, "size": PROBLEMS_A_PAGE, "start": (number - 1) * PROBLEMS_A_PAGE},
    ).all()
    found = [Problem(name, code, address, state, told(reason)) for name, code, address, state, reason, _total in rows]
    return Page(found, number, PROBLEMS_A_PAGE, rows[0][5] if rows else 0)


def _check(actor: Actor) -> None:
    if not actor.may(Can.SEE_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
