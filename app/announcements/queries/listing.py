"""What staff read of announcements. Who is limited to some buildings sees those that go nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, TextClause, and_, func, or_, select, text, true

from app.announcements.models import Announcement, AnnouncementFile, AnnouncementRead, AnnouncementTemplate
from app.announcements.rules import OTHER_LANGUAGES
from app.attachments.models import StoredFile
from app.core.actor import Actor, Can
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.estate import scope
from tenants.db import db

PAGE_SIZE = 25
VIEWS = ("all", "draft", "scheduled", "published", "over")
# All places of the audience lie in the actor's buildings. An estate may get another building any day.
_MINE = (
    "NOT jsonb_exists(audience, 'all') AND NOT jsonb_exists(audience, 'estates') "
    "AND coalesce(audience -> 'buildings', '[]') <@ to_jsonb(CAST(:scope AS text[])) "
    "AND NOT EXISTS (SELECT FROM jsonb_array_elements(coalesce(audience -> 'staircases', '[]')) AS stair "
    "WHERE stair ->> 'building' <> ALL(CAST(:scope AS text[]))) "
    f"AND coalesce(audience -> 'units', '[]') <@ (SELECT coalesce(jsonb_agg(code), '[]') FROM ({scope.UNITS}) AS x)"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """An announcement in the list of staff; `reads` is how many residents have opened it."""

    public_id: str
    title: str
    importance: str
    state: str
    audience: dict[str, Any]
    at: datetime
    over: bool
    by: str
    reads: int
    confirm: bool
    confirmed: int


@dataclass(frozen=True, slots=True)
class StaffFile:
    """A picture or attachment: `size` in bytes. Residents do not see yet what `waits`."""

    public_id: str
    file_id: int
    role: str
    name: str
    words: str
    size: int
    waits: bool = False


def check_right(actor: Actor) -> None:
    """Raises `NotThere` for who may not write announcements."""
    if not actor.may(Can.SEND_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))


def row(actor: Actor, public_id: str, *, locked: bool = False) -> Announcement:
    """One announcement in the actor's buildings. Raises `NotThere`."""
    if not actor.may(Can.SEE_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
    wanted = select(Announcement).where(Announcement.public_id == public_id.replace("\0", ""), _mine(actor))
    found = db.session.execute(wanted.with_for_update() if locked else wanted).scalar_one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego ogłoszenia."))
    return found


def announcements(actor: Actor, view: str, number: int = 1) -> Page[Listed]:
    """Announcements of one of the `VIEWS`, newest first."""
    if not actor.may(Can.SEE_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
    where = and_(_mine(actor), _view(view))
    total = db.session.execute(select(func.count()).select_from(Announcement).where(where)).scalar_one()
    reads = select(func.count(), func.count(AnnouncementRead.confirmed_at)).where(
        AnnouncementRead.announcement_id == Announcement.id
    )
    opened = reads.with_only_columns(func.count()).scalar_subquery()
    confirmed = reads.with_only_columns(func.count(AnnouncementRead.confirmed_at)).scalar_subquery()
    at = func.coalesce(Announcement.published_at, Announcement.publish_at, Announcement.changed_at)
    rows = db.session.execute(
        select(Announcement, opened, confirmed, at)
        .where(where)
        .order_by(at.desc(), Announcement.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page([_listed(*found) for found in rows], number, PAGE_SIZE, total)


def after(
    actor: Actor, public_id: str | None, size: int, *, state: str | None, changed_since: datetime | None
) -> list[Announcement] | None:
    """Announcements newest first, those after a public id, at most so many; None when there is none with this id."""
    if not actor.may(Can.SEE_MAILOUTS):
        raise NotThere(_("Nie ma takiej strony."))
    found = select(Announcement).where(_mine(actor)).order_by(Announcement.id.desc()).limit(size)
    if public_id is not None:
        place = select(Announcement.id).where(_mine(actor), Announcement.public_id == public_id)
        before = db.session.execute(place).scalar_one_or_none()
        if before is None:
            return None
        found = found.where(Announcement.id < before)
    if state is not None:
        found = found.where(Announcement.state == state)
    if changed_since is not None:
        found = found.where(Announcement.changed_at >= changed_since)
    return list(db.session.execute(found).scalars())


def counts(_actor: Actor, rows: list[Announcement]) -> dict[int, tuple[int, int]]:
    """How many residents have opened and confirmed each of these, by row id. The caller has seen them."""
    counted = (
        select(AnnouncementRead.announcement_id, func.count(), func.count(AnnouncementRead.confirmed_at))
        .where(AnnouncementRead.announcement_id.in_([one.id for one in rows]))
        .group_by(AnnouncementRead.announcement_id)
    )
    return {id: (reads, confirmed) for id, reads, confirmed in db.session.execute(counted)}


def _listed(one: Announcement, reads: int, confirmed: int, at: datetime) -> Listed:
    over = one.state == "published" and one.expires_at is not None and one.expires_at <= now()
    by = one.published_by or one.created_by
    return Listed(
        one.public_id, one.title, one.importance, one.state, one.audience, at, over, by, reads, one.confirm, confirmed
    )


def _view(view: str) -> ColumnElement[bool]:
    gone = and_(Announcement.expires_at.is_not(None), Announcement.expires_at <= now())
    match view:
        case "draft" | "scheduled":
            return Announcement.state == view
        case "published":
            return and_(Announcement.state == "published", or_(Announcement.expires_at.is_(None), ~gone))
        case "over":
            return or_(Announcement.state == "withdrawn", and_(Announcement.state == "published", gone))
    return true()


def file_rows(announcement_id: int) -> list[AnnouncementFile]:
    """The files of an announcement, pictures and attachments, in order. The caller has seen the announcement."""
    wanted = select(AnnouncementFile).where(AnnouncementFile.announcement_id == announcement_id)
    return list(db.session.execute(wanted.order_by(AnnouncementFile.id)).scalars())


def files(announcement_id: int) -> list[StaffFile]:
    """The same with their sizes."""
    rows = db.session.execute(
        select(AnnouncementFile, StoredFile.size)
        .join(StoredFile, StoredFile.id == AnnouncementFile.file_id)
        .where(AnnouncementFile.announcement_id == announcement_id)
        .order_by(AnnouncementFile.id)
    )
    return [
        StaffFile(one.public_id, one.file_id, one.role, one.name, one.words, size, one.waits) for one, size in rows
    ]


def seen_files(announcement_id: int) -> list[StaffFile]:
    """Those of them that residents see."""
    return [file for file in files(announcement_id) if not file.waits]


def templates(actor: Actor) -> list[AnnouncementTemplate]:
    """What a new announcement can begin with, by name."""
    check_right(actor)
    found = select(AnnouncementTemplate).order_by(func.ext.polish_key(AnnouncementTemplate.name))
    return list(db.session.execute(found).scalars())


def template(actor: Actor, public_id: str) -> AnnouncementTemplate:
    """One template. Raises `NotThere`."""
    check_right(actor)
    wanted = select(AnnouncementTemplate).where(AnnouncementTemplate.public_id == public_id.replace("\0", ""))
    found = db.session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise NotThere(_("Nie ma takiego szablonu."))
    return found


def translations_of(value: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """(title, body) by locale."""
    return {code: (value[code]["title"], value[code]["body"]) for code in OTHER_LANGUAGES if code in value}


def _mine(actor: Actor) -> ColumnElement[bool] | TextClause:
    return true() if actor.buildings is None else text(_MINE).bindparams(**scope.values(actor))
