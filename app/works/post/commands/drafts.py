"""Letters that somebody has begun: kept for them alone, until they are sent or thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, text

from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.works.access import Place
from app.works.post import rules
from app.works.post.models import WorksDraft
from app.works.post.queries import reading
from tenants.db import db

MOST_DRAFTS = 50
#: Lengths of what is kept of a form, generous: a refused text must not be lost.
_LENGTHS = {"subject": 1000, "body": 2 * rules.BODY_LENGTH, "outside": 4000, "due_on": 10}

_MINE = text(
    "SELECT d.public_id, d.content, d.saved_at, t.public_id, t.subject FROM works_drafts d "
    "LEFT JOIN works_threads t ON t.id = d.thread_id WHERE d.site_id = :site AND d.account_id = :account "
    "ORDER BY d.saved_at DESC, d.id DESC"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft: what the form held, and the thread (public id and subject) that it answers in, if it does."""

    public_id: str
    content: dict[str, Any]
    saved_at: datetime
    thread: str | None
    thread_subject: str | None

    @property
    def subject(self) -> str:
        return self.thread_subject or str(self.content.get("subject") or "")

    @property
    def excerpt(self) -> str:
        return " ".join(str(self.content.get("body") or "").split())[:160]


def save(place: Place, form: dict[str, Any], thread_id: str | None = None, draft_id: str | None = None) -> str:
    """Keep what a form holds; returns the public id of the draft. Raises `Refused` for too many, `NotThere`."""
    place.must_work_here()
    kept = {name: str(form.get(name) or "").replace("\0", "")[:most] for name, most in _LENGTHS.items()}
    content = {
        **kept,
        "to": [str(one)[:60] for one in form.get("to") or ()][:500],
        "cards": [one for one in form.get("cards") or () if one in rules.CARDS],
    }
    draft = _mine(place, draft_id) if draft_id else None
    if draft is None:
        if _count(place) >= MOST_DRAFTS:
            raise Refused(_("Masz już %(most)d szkiców. Wyślij albo usuń któryś.", most=MOST_DRAFTS))
        draft = WorksDraft(site_id=place.id, account_id=place.author.account_id)
        draft.thread_id = reading.thread(place, thread_id).id if thread_id else None
    draft.content, draft.saved_at = content, now()
    db.session.add(draft)
    db.session.flush()
    return str(draft.public_id)


def remove(place: Place, draft_id: str) -> None:
    """Throw a draft away; one that is gone already is no error."""
    gone = delete(WorksDraft).where(
        WorksDraft.site_id == place.id,
        WorksDraft.account_id == place.author.account_id,
        WorksDraft.public_id == draft_id.replace("\0", ""),
    )
    db.session.execute(gone)


def _mine(place: Place, draft_id: str) -> WorksDraft | None:
    found: WorksDraft | None = db.session.execute(
        select(WorksDraft).where(
            WorksDraft.site_id == place.id,
            WorksDraft.account_id == place.author.account_id,
            WorksDraft.public_id == draft_id.replace("\0", ""),
        )
    ).scalar_one_or_none()
    return found


def _count(place: Place) -> int:
    mine = select(func.count()).where(WorksDraft.site_id == place.id, WorksDraft.account_id == place.author.account_id)
    return int(db.session.execute(mine).scalar_one())


def draft(place: Place, draft_id: str) -> Kept:
    """One's own draft. Raises `NotThere`."""
    for one in drafts(place):
        if one.public_id == draft_id:
            return one
    raise NotThere("")


def drafts(place: Place) -> list[Kept]:
    """One's own drafts on a site, newest first."""
    rows = db.session.execute(_MINE, {"site": place.id, "account": place.author.account_id})
    return [Kept(*row) for row in rows]
