"""Finding a manager by name, and not being found.

Managers that came by themselves are listed once they say so; those that an operator opened, until they say not.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.runtime import settings
from app.core.searching import plain, question
from tenants.bound import current
from tenants.db import PLATFORM, db

SHORTEST, MOST = 3, 20
_LISTED = (
    "coalesce((SELECT l.listed FROM platform.listings l WHERE l.tenant_id = t.id), "
    "NOT EXISTS (SELECT FROM platform.trials r WHERE r.slug = t.slug AND r.confirmed_at IS NOT NULL))"
)
_ALL = text(
    "SELECT t.slug, t.name, t.contact ->> 'city_line' AS city FROM platform.tenants t "
    f"WHERE t.status = 'active' AND {_LISTED} ORDER BY t.name, t.slug"
)
_ONE = text(f"SELECT {_LISTED} FROM platform.tenants t WHERE t.id = :id")
_SET = text(
    "INSERT INTO platform.listings (tenant_id, listed) VALUES (:id, :listed) "
    "ON CONFLICT (tenant_id) DO UPDATE SET listed = :listed, changed_at = now()"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A manager that wants to be found: name, place, address of its portal."""

    name: str
    city: str | None
    url: str
    host: str


def asked_enough(typed: str) -> bool:
    """Whether a question is long enough to be answered: the list is not there to be copied."""
    return len(plain(typed).replace(" ", "")) >= SHORTEST


def found(typed: str) -> list[Found]:
    """Managers whose name or place has every word asked for, at most `MOST`."""
    stems = question(typed)
    if not stems or not asked_enough(typed):
        return []
    hits = []
    for row in db.session.execute(_ALL, bind_arguments={"bind": db.engines[PLATFORM]}):
        words = plain(f"{row.name} {row.city or ''}").split()
        if all(any(word.startswith(stem) for word in words) for stem in stems):
            host = f"{row.slug}.{settings().base_domain}"
            hits.append(Found(row.name, row.city, settings().url(host), host))
        if len(hits) == MOST:
            break
    return hits


def listed(actor: Actor) -> bool:
    """Whether the bound manager is found by name."""
    _only_configurers(actor)
    with db.engines[PLATFORM].connect() as connection:
        return bool(connection.execute(_ONE, {"id": current().id}).scalar_one())


def choose(actor: Actor, wanted: bool) -> None:
    """Be found by name, or not. Raises `NotThere` without the right."""
    _only_configurers(actor)
    before = listed(actor)
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_SET, {"id": current().id, "listed": wanted})
    if before != wanted:
        audit.record(actor, "office.listed", "office", before={"listed": before}, after={"listed": wanted})


def _only_configurers(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
