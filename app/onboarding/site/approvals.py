"""An operator's word on names that want to be listed. Whose name or place changes after a yes asks again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.runtime import settings
from app.onboarding.site import names
from app.onboarding.site.listing import CAME, FROM, SHOWN, STATE, WANTED
from app.operators.queries import only_operators
from tenants.db import PLATFORM, db

MOST_ALIKE, MOST_DECIDED, LONGEST_REASON = 5, 30, 500
_COLUMNS = (
    "t.id, t.slug, t.name, t.contact ->> 'city_line' AS city, t.status, t.created_at, "
    f"{STATE} AS state, {WANTED} AS wanted, {SHOWN} AS shown, l.reason, l.decided_by, l.decided_at, "
    "(SELECT r.email FROM platform.trials r WHERE r.slug = t.slug AND r.confirmed_at IS NOT NULL "
    "ORDER BY r.id DESC LIMIT 1) AS email"
)
_ASKED = f"{WANTED} AND t.status = 'active' AND {STATE} = 'asked'"
_WAITING = text(f"SELECT {_COLUMNS} FROM {FROM} WHERE {_ASKED} ORDER BY l.changed_at, t.id")
_COUNT = text(f"SELECT count(*) FROM {FROM} WHERE {_ASKED}")
_DECIDED = text(
    f"SELECT {_COLUMNS} FROM {FROM} WHERE l.decided_at IS NOT NULL AND {STATE} <> 'asked' "
    f"ORDER BY l.decided_at DESC LIMIT {MOST_DECIDED}"
)
_OF = text(f"SELECT {_COLUMNS} FROM {FROM} WHERE t.slug = :slug AND {CAME}")
_ALL = text("SELECT t.slug, t.name, t.contact ->> 'city_line' AS city FROM platform.tenants t ORDER BY t.name, t.slug")
_DECIDE = text(
    "INSERT INTO platform.listings AS l (tenant_id, listed, state, shown, reason, decided_by, decided_at) "
    "VALUES (:id, false, :state, :shown, :reason, :who, now()) ON CONFLICT (tenant_id) DO UPDATE SET "
    "state = :state, shown = :shown, reason = :reason, decided_by = :who, decided_at = now()"
)


@dataclass(frozen=True, slots=True)
class Alike:
    """Another manager whose name could be taken for the one that asks."""

    slug: str
    name: str
    city: str | None


@dataclass(frozen=True, slots=True)
class Request:
    """A manager that came by itself, and where its wish to be listed stands.

    `seen` stands for the name and place on this page, so that a yes holds for what was read. `strange` are letters of
    other alphabets in the name.
    """

    slug: str
    name: str
    city: str | None
    url: str
    email: str | None
    created_at: datetime
    state: str
    wanted: bool
    seen: str
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    alike: tuple[Alike, ...]
    strange: tuple[str, ...]


def waiting(actor: Actor) -> list[Request]:
    """Requests without an answer, the oldest first. Raises `NotThere`."""
    only_operators(actor)
    rows = _rows(_WAITING)
    everybody = _rows(_ALL) if rows else []
    return [_request(row, everybody) for row in rows]


def waiting_count(actor: Actor) -> int:
    only_operators(actor)
    return int(_rows(_COUNT)[0][0])


def decided(actor: Actor) -> list[Request]:
    """The latest answers that still hold. Raises `NotThere`."""
    only_operators(actor)
    return [_request(row, []) for row in _rows(_DECIDED)]


def of(actor: Actor, slug: str) -> Request | None:
    """The request of one manager; None for those whom an operator opened. Raises `NotThere`."""
    only_operators(actor)
    rows = _rows(_OF, slug=slug)
    return _request(rows[0], _rows(_ALL)) if rows else None


def approve(actor: Actor, slug: str, seen: str) -> None:
    """List a manager under the name that was read. Raises `NotThere`, `Conflict` when it is another by now."""
    _decide(actor, slug, seen, "approved", None)


def refuse(actor: Actor, slug: str, seen: str, typed: str) -> None:
    """Keep a manager off the list, with a reason that it reads. Raises `NotThere`, `Refused`, `Conflict`."""
    only_operators(actor)
    reason = " ".join(typed.split())
    if not reason:
        raise Refused(_("Napisz dlaczego; zarządca to przeczyta."), field="reason")
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Refused(_("Powód może mieć najwyżej %(most)d znaków.", most=LONGEST_REASON), field="reason")
    _decide(actor, slug, seen, "refused", reason)


def _decide(actor: Actor, slug: str, seen: str, state: str, reason: str | None) -> None:
    only_operators(actor)
    rows = _rows(_OF, slug=slug)
    if not rows:
        raise NotThere(_("Nie ma takiego zarządcy."))
    row = rows[0]
    if _mark(row.shown) != seen:
        raise Conflict(_("Zarządca zmienił tymczasem nazwę lub miejscowość. Przeczytaj je jeszcze raz."))
    values = {"id": row.id, "state": state, "shown": row.shown, "reason": reason, "who": actor.login}
    db.session.execute(_DECIDE, values, bind_arguments={"bind": db.engines[PLATFORM]})
    told = {"reason": reason} if reason else {}
    audit.record(actor, f"listing.{state}", row.slug, name=row.name, city=row.city, before=row.state, **told)


def _request(row: Any, everybody: list[Any]) -> Request:
    alike = [
        Alike(one.slug, one.name, one.city)
        for one in everybody
        if one.slug != row.slug and names.imitates(row.name, one.name)
    ]
    return Request(
        row.slug, row.name, row.city, settings().url(f"{row.slug}.{settings().base_domain}"), row.email,
        row.created_at, row.state, row.wanted, _mark(row.shown), row.reason, row.decided_by, row.decided_at,
        tuple(alike[:MOST_ALIKE]), tuple(names.strange_signs(row.name)),
    )  # fmt: skip


def _mark(shown: str) -> str:
    return sha256(shown.encode()).hexdigest()[:16]


def _rows(statement: Any, **values: Any) -> list[Any]:
    return list(db.session.execute(statement, values, bind_arguments={"bind": db.engines[PLATFORM]}))
