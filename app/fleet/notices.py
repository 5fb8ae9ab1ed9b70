"""Notices (komunikaty) of the platform to the staff of managers: written by operators, put away by each reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.core import audit
from app.core.actor import Actor
from app.core.clock import WARSAW, local, now, today
from app.core.errors import Conflict, NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import Page
from app.core.public_ids import PUBLIC_ID_LENGTH
from app.fleet.models import Notice, NoticeDismissal
from app.operators.queries import only_operators
from app.operators.rules import KINDS
from tenants.bound import current
from tenants.db import PLATFORM, db
from tenants.models import TenantRow

PAGE_SIZE = 25
MOST_SHOWN = 5
LONGEST = timedelta(days=366)
_WORD = re.compile(r"[^\s,;]+")
_ID = re.compile(rf"[A-Za-z0-9_-]{{{PUBLIC_ID_LENGTH}}}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice as it was typed. Days are ISO dates; an empty `starts_on` is today, an empty `ends_on` is for good."""

    title: str
    body: str
    importance: str
    audience: str
    kinds: Sequence[str] = ()
    slugs: str = ""
    starts_on: str = ""
    ends_on: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as operators see it. `state` is `planned`, `shown`, `over` or `withdrawn`; days include both ends."""

    public_id: str
    title: str
    body: str
    importance: str
    audience: str
    kinds: tuple[str, ...]
    slugs: tuple[str, ...]
    starts_on: date
    ends_on: date | None
    state: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as staff see it."""

    public_id: str
    title: str
    body: str
    importance: str
    starts_at: datetime


def told(actor: Actor, number: int = 1) -> Page[Told]:
    """One page of all notices, newest first. Raises `NotThere`."""
    only_operators(actor)
    total = db.session.scalar(select(func.count()).select_from(Notice)) or 0
    statement = select(Notice).order_by(Notice.starts_at.desc(), Notice.id.desc())
    rows = db.session.scalars(statement.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page([_told(row) for row in rows], number, PAGE_SIZE, total)


def one(actor: Actor, public_id: str) -> Told:
    """The notice of this id. Raises `NotThere`."""
    only_operators(actor)
    return _told(_row(public_id))


def publish(actor: Actor, draft: Draft) -> str:
    """Put up a notice and return its public id. Raises `NotThere`, `Refused` with the field."""
    only_operators(actor)
    row = Notice(**_checked(draft), created_by=actor.login)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "notice.published", row.public_id, title=row.title, audience=row.audience)
    return str(row.public_id)


def change(actor: Actor, public_id: str, draft: Draft) -> None:
    """Change a notice; who has put it away does not see it again. Raises `NotThere`, `Conflict`, `Refused`."""
    only_operators(actor)
    row = _row(public_id)
    if row.withdrawn_at is not None:
        raise Conflict(_("Ten komunikat został już wycofany."))
    before = {name: getattr(row, name) for name in ("title", "body", "importance", "audience", "starts_at", "ends_at")}
    for name, value in _checked(draft).items():
        setattr(row, name, value)
    changed = [name for name in before if before[name] != getattr(row, name)]
    audit.record(
        actor, "notice.changed", public_id,
        before={name: _plain(before[name]) for name in changed},
        after={name: _plain(getattr(row, name)) for name in changed},
    )  # fmt: skip


def withdraw(actor: Actor, public_id: str) -> None:
    """Take a notice down. Once is enough. Raises `NotThere`."""
    only_operators(actor)
    row = _row(public_id)
    if row.withdrawn_at is None:
        row.withdrawn_at = now()
        audit.record(actor, "notice.withdrawn", public_id, title=row.title)


def for_staff(actor: Actor) -> list[Shown]:
    """What the bound manager's staff are to read now and this reader has not put away, the gravest first."""
    if not actor.is_staff or actor.account_id is None:
        return []
    tenant, moment = current(), now()
    concerns = or_(
        Notice.audience == "all",
        Notice.kinds.contains([tenant.kind]),
        Notice.tenants.contains([tenant.id]),
    )
    statement = select(
        Notice.public_id, Notice.title, Notice.body, Notice.importance, Notice.starts_at
    ).where(
        concerns, Notice.withdrawn_at.is_(None), Notice.starts_at <= moment,
        or_(Notice.ends_at.is_(None), Notice.ends_at > moment),
    )  # fmt: skip
    with db.engines[PLATFORM].connect() as connection:
        rows = [Shown(*row) for row in connection.execute(statement)]
    if not rows:
        return []
    ids = [row.public_id for row in rows]
    mine = (NoticeDismissal.account_id == actor.account_id, NoticeDismissal.notice.in_(ids))
    away = set(db.session.scalars(select(NoticeDismissal.notice).where(*mine)))
    grave = {"bad": 0, "warn": 1, "info": 2}
    left = [row for row in rows if row.public_id not in away]
    return sorted(left, key=lambda row: (grave[row.importance], -row.starts_at.timestamp()))[:MOST_SHOWN]


def dismiss(actor: Actor, public_id: str) -> None:
    """Put a notice away for this reader; twice is once. Raises `NotThere` for one that they are not shown."""
    if not actor.is_staff or actor.account_id is None or not _ID.fullmatch(public_id):
        raise NotThere(_("Nie ma takiego komunikatu."))
    known = db.session.scalar(
        select(NoticeDismissal.id).where(
            NoticeDismissal.account_id == actor.account_id, NoticeDismissal.notice == public_id
        )
    )
    if known is not None:
        return
    if public_id not in {row.public_id for row in for_staff(actor)}:
        raise NotThere(_("Nie ma takiego komunikatu."))
    row = insert(NoticeDismissal).values(account_id=actor.account_id, notice=public_id)
    db.session.execute(row.on_conflict_do_nothing())
    audit.record(actor, "notice.dismissed", public_id)


def _row(public_id: str) -> Notice:
    found = None
    if _ID.fullmatch(public_id):
        found = db.session.scalars(select(Notice).where(Notice.public_id == public_id)).one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego komunikatu."))
    return found


def _told(row: Notice) -> Told:
    moment = now()
    over = row.ends_at is not None and row.ends_at <= moment
    state = "withdrawn" if row.withdrawn_at else "over" if over else "planned" if row.starts_at > moment else "shown"
    slugs: tuple[str, ...] = ()
    if row.tenants:
        wanted = select(TenantRow.slug).where(TenantRow.id.in_(row.tenants)).order_by(TenantRow.slug)
        slugs = tuple(db.session.scalars(wanted))
    return Told(
        row.public_id, row.title, row.body, row.importance, row.audience, tuple(row.kinds), slugs,
        local(row.starts_at).date(), local(row.ends_at - timedelta(seconds=1)).date() if row.ends_at else None,
        state, row.created_by, row.created_at,
    )  # fmt: skip


def _checked(draft: Draft) -> dict[str, Any]:
    """The columns of a notice. Raises `Refused` with the field."""
    title, body = _text(draft.title, "title", 120), _text(draft.body, "body", 4000)
    if draft.importance not in ("info", "warn", "bad"):
        raise Refused(_("Wybierz ważność."), field="importance")
    if draft.audience not in ("all", "kind", "chosen"):
        raise Refused(_("Wybierz, dla kogo jest komunikat."), field="audience")
    starts = _day(draft.starts_on, "starts_on") or today()
    ends = _day(draft.ends_on, "ends_on")
    if ends is not None and ends < starts:
        raise Refused(_("Ostatni dzień jest przed pierwszym."), field="ends_on")
    if ends is not None and ends < today():
        raise Refused(_("Ten dzień już minął."), field="ends_on")
    return {
        "title": title,
        "body": body,
        "importance": draft.importance,
        "audience": draft.audience,
        "kinds": _kinds(draft) if draft.audience == "kind" else [],
        "tenants": _tenants(draft.slugs) if draft.audience == "chosen" else [],
        "starts_at": _midnight(starts),
        "ends_at": None if ends is None else _midnight(ends + timedelta(days=1)),
    }


def _text(typed: str, field: str, longest: int) -> str:
    text = typed.replace("\r\n", "\n").strip()
    if not text or "\0" in text:
        raise Refused(_("Podaj tytuł.") if field == "title" else _("Podaj treść."), field=field)
    if len(text) > longest:
        raise Refused(_("Ten tekst jest za długi: najwyżej %(max)d znaków.", max=longest), field=field)
    return text


def _day(typed: str, field: str) -> date | None:
    if not typed.strip():
        return None
    try:
        day = date.fromisoformat(typed.strip())
    except ValueError:
        raise Refused(_("Podaj datę."), field=field) from None
    if abs(day - today()) > LONGEST:
        raise Refused(_("Podaj dzień nie dalej niż rok od dziś."), field=field)
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), WARSAW).astimezone(UTC)


def _kinds(draft: Draft) -> list[str]:
    chosen = [kind for kind in KINDS if kind in draft.kinds]
    if not chosen:
        raise Refused(_("Wybierz przynajmniej jeden rodzaj zarządców."), field="kinds")
    return chosen


def _tenants(typed: str) -> list[int]:
    slugs = {word.lower() for word in _WORD.findall(typed.replace("\0", " "))}
    if not slugs:
        raise Refused(_("Podaj przynajmniej jedną subdomenę."), field="slugs")
    rows = db.session.execute(select(TenantRow.slug, TenantRow.id).where(TenantRow.slug.in_(slugs))).all()
    unknown = sorted(slugs - {row.slug for row in rows})
    if unknown:
        raise Refused(_("Nie ma zarządcy o subdomenie „%(slug)s”.", slug=unknown[0][:60]), field="slugs")
    return sorted(row.id for row in rows)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
