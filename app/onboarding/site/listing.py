"""Finding a manager by name, and not being found.

Managers that an operator opened are listed until they say not. Those that came by themselves are listed once they say
so and an operator confirmed their name: anybody can order a trial under any name, and residents would believe the list.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from app.core import audit, events
from app.core.actor import Actor, Can
from app.core.errors import NotThere
from app.core.runtime import settings
from app.core.searching import plain, question
from app.onboarding.site import names
from tenants.bound import current
from tenants.db import PLATFORM, db

SHORTEST, MOST = 3, 20
SHOWN = "t.name || chr(10) || coalesce(t.contact ->> 'city_line', '')"
CAME = "EXISTS (SELECT FROM platform.trials r WHERE r.slug = t.slug AND r.confirmed_at IS NOT NULL)"
#: Whether the manager wants to be found, and an operator's word on it: `approved`, `asked`, `refused`.
WANTED = f"coalesce(l.listed, NOT {CAME})"
STATE = f"CASE WHEN NOT {CAME} THEN 'approved' WHEN l.shown <> {SHOWN} THEN 'asked' ELSE coalesce(l.state, 'asked') END"
FROM = "platform.tenants t LEFT JOIN platform.listings l ON l.tenant_id = t.id"
_ALL = text(
    f"SELECT t.slug, t.name, t.contact ->> 'city_line' AS city FROM {FROM} "
    f"WHERE t.status = 'active' AND {WANTED} AND {STATE} = 'approved' ORDER BY t.name, t.slug"
)
_ONE = text(f"SELECT {WANTED} AS wanted, {STATE} AS state, l.reason FROM {FROM} WHERE t.id = :id")
# What was listed and hidden before anybody was asked is asked for when it wants to be listed again.
_SET = text(
    "INSERT INTO platform.listings AS l (tenant_id, listed, state, shown) "
    f"SELECT t.id, :listed, CASE WHEN {CAME} THEN 'asked' ELSE 'approved' END, {SHOWN} "
    "FROM platform.tenants t WHERE t.id = :id "
    "ON CONFLICT (tenant_id) DO UPDATE SET listed = :listed, changed_at = now(), "
    "state = CASE WHEN l.shown IS NULL AND NOT l.listed THEN EXCLUDED.state ELSE l.state END, "
    "shown = CASE WHEN l.shown IS NULL AND NOT l.listed THEN EXCLUDED.shown ELSE l.shown END"
)
_PIN = text(
    f"UPDATE platform.listings l SET shown = {SHOWN} FROM platform.tenants t "
    "WHERE t.id = l.tenant_id AND t.id = :id AND l.shown IS NULL"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A manager that wants to be found: name, place, address of its portal."""

    name: str
    city: str | None
    url: str
    host: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a manager wants to be found, and an operator's word on it: `approved`, `asked`, or `refused` why."""

    wanted: bool
    state: str
    reason: str | None

    @property
    def listed(self) -> bool:
        return self.wanted and self.state == "approved"


def asked_enough(typed: str) -> bool:
    """Whether a question is long enough to be answered: the list is not there to be copied."""
    return len(plain(typed).replace(" ", "")) >= SHORTEST


def found(typed: str) -> list[Found]:
    """Managers whose name or place has every word asked for, at most `MOST`; failing these, with a slip in each."""
    stems = question(typed)
    if not stems or not asked_enough(typed):
        return []
    rows = db.session.execute(_ALL, bind_arguments={"bind": db.engines[PLATFORM]}).all()
    for slips in (False, True):
        hits = [row for row in rows if names.asked_for(stems, row.name, row.city, slips=slips)][:MOST]
        if hits:
            return [_found(row.slug, row.name, row.city) for row in hits]
    return []


def _found(slug: str, name: str, city: str | None) -> Found:
    host = f"{slug}.{settings().base_domain}"
    return Found(name, city, settings().url(host), host)


def standing(actor: Actor) -> Standing:
    """How the bound manager stands. Raises `NotThere` without the right."""
    _only_configurers(actor)
    with db.engines[PLATFORM].connect() as connection:
        return Standing(*connection.execute(_ONE, {"id": current().id}).one())


def choose(actor: Actor, wanted: bool) -> Standing:
    """Be found by name, or not; who came by itself asks an operator by that. Raises `NotThere` without the right."""
    before = standing(actor).wanted
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_SET, {"id": current().id, "listed": wanted})
    if before != wanted:
        audit.record(actor, "office.listed", "office", before={"listed": before}, after={"listed": wanted})
    return standing(actor)


@events.on("office.renaming")
def _about_to_be_renamed() -> None:
    """Note under which name a manager is listed that was so before words were asked: the new one waits for a yes."""
    with db.engines[PLATFORM].begin() as connection:
        connection.execute(_PIN, {"id": current().id})


def _only_configurers(actor: Actor) -> None:
    if not actor.may(Can.CONFIGURE):
        raise NotThere("")
