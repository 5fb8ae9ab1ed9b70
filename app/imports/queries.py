"""Reads of imports, for staff."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import NotThere
from app.core.language import gettext as _
from app.core.paging import Page
from app.imports import publishing
from app.imports.estimating import still_left
from app.imports.models import OPEN_STATUSES, Import, Revision
from tenants.db import db

PAGE_SIZE = 25
PUBLIC_ID = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One import as lists and pages show it; `status` is `undone` when its revision was taken back."""

    public_id: str
    file_name: str
    size: int
    mode: str
    dry_run: bool
    source: str
    status: str
    revision: int | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    progress: dict[str, Any] | None
    report: dict[str, Any] | None
    profile: str | None
    approved_by: str | None
    approved_at: datetime | None
    cancel_asked_at: datetime | None

    @property
    def undo(self) -> str | None:
        """`asked`, `stale` or `failed` while an undo of it is wanted and not done."""
        return (self.progress or {}).get("undo") if self.status == "published" else None

    @property
    def open(self) -> bool:
        return self.status in OPEN_STATUSES


_FIELDS = (
    "public_id", "file_name", "size", "mode", "dry_run", "source", "status", "revision", "created_by",
    "created_at", "started_at", "finished_at", "progress", "report", "profile", "approved_by", "approved_at",
    "cancel_asked_at",
)  # fmt: skip


def _lines() -> Select[Any]:
    return select(*(getattr(Import, name) for name in _FIELDS))


def _in_effect() -> frozenset[int]:
    """Numbers of the revisions that what holds now consists of."""
    return frozenset(publishing.in_effect(publishing.steps(db.session.connection())))


def _line(row: Any, effective: frozenset[int]) -> ImportLine:
    values = dict(zip(_FIELDS, row, strict=True))
    if values["status"] == "published" and values["revision"] not in effective:
        values["status"] = "undone"
    return ImportLine(**values | {"progress": _by_now(values["progress"])})


def _by_now(progress: dict[str, Any] | None) -> dict[str, Any] | None:
    """What was told of an import, its forecast as it stands at this moment: a long statement tells nothing new."""
    if not progress or not progress.get("told"):
        return progress
    since = (now() - datetime.fromisoformat(progress["told"])).total_seconds()
    return progress | {"left": still_left(progress["left"], since)}


def imports(_actor: Actor, page: int) -> Page[ImportLine]:
    """Imports, newest first."""
    total = db.session.execute(select(func.count()).select_from(Import)).scalar_one()
    rows = db.session.execute(
        _lines().order_by(Import.created_at.desc(), Import.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    )
    effective = _in_effect()
    return Page([_line(row, effective) for row in rows], page, PAGE_SIZE, total)


def one(_actor: Actor, public_id: str) -> ImportLine:
    """One import. Raises `NotThere`."""
    if not PUBLIC_ID.fullmatch(public_id):
        raise NotThere(_("Nie ma takiego importu."))
    row = db.session.execute(_lines().where(Import.public_id == public_id)).first()
    if row is None:
        raise NotThere(_("Nie ma takiego importu."))
    return _line(row, _in_effect())


def last(_actor: Actor) -> ImportLine | None:
    """The newest import, if any."""
    row = db.session.execute(_lines().order_by(Import.created_at.desc(), Import.id.desc()).limit(1)).first()
    return _line(row, _in_effect()) if row else None


def as_of(_actor: Actor) -> datetime | None:
    """The time that residents see beside their balance."""
    return db.session.execute(select(Revision.as_of).order_by(Revision.number.desc()).limit(1)).scalar_one_or_none()


def as_of_revision(_actor: Actor, number: int) -> datetime | None:
    """The time that a revision speaks of."""
    return db.session.execute(select(Revision.as_of).where(Revision.number == number)).scalar_one_or_none()


def newest_revision(_actor: Actor) -> int:
    """The number of the state that residents see; 0 before the first."""
    return publishing.current_revision(db.session.connection())


def taken_back_with(_actor: Actor, revision: int) -> list[tuple[int, str]]:
    """What else goes when a revision is undone: later ones still in effect, their number and file, newest first."""
    later = [number for number in _in_effect() if number > revision]
    rows = db.session.execute(
        select(Revision.number, Import.file_name)
        .join(Import, Import.id == Revision.import_id)
        .where(Revision.number.in_(later))
        .order_by(Revision.number.desc())
    )
    return [(row.number, row.file_name) for row in rows]


def waiting(_actor: Actor) -> int:
    """How many packages wait for a person's yes."""
    return db.session.execute(select(func.count()).where(Import.status == "waiting")).scalar_one()
