"""Drafts: writing and changing them, their pictures and attachments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from app.announcements import queries, rules
from app.announcements.models import Announcement, AnnouncementFile
from app.announcements.queries import board
from app.announcements.rules import Draft
from app.attachments import contents
from app.attachments.commands import keep
from app.attachments.owners import owner
from app.attachments.rules import PICTURES, Checked
from app.audience import queries as audiences
from app.audience.rules import Audience, audience
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from tenants.db import db

owner("announcements", "SELECT file_id FROM announcement_files")
_FIELDS = ("title", "body", "translations", "importance", "ends_at", "expires_at", "confirm", "tell", "letters")


def write(actor: Actor, draft: Draft, form_key: str | None = None) -> str:
    """Keep a new draft and return its public id; the same `form_key` again is the same draft. Raises `Refused`."""
    queries.check_right(actor)
    made = rules.checked(draft)
    chosen = _audience(actor, made.audience)
    public_id = new_public_id()
    values = {name: getattr(made, name) for name in _FIELDS} | {
        "public_id": public_id,
        "form_key": form_key,
        "audience": chosen.as_json(),
        "created_by": actor.name or actor.login,
    }
    row = insert(Announcement).values(**values).on_conflict_do_nothing(index_elements=["form_key"])
    if db.session.execute(row.returning(Announcement.id)).first() is None:
        known = select(Announcement.public_id).where(Announcement.form_key == form_key)
        return str(db.session.execute(known).scalar_one())
    audit.record(actor, "announcement.written", f"announcement:{public_id}", title=made.title)
    return public_id


def change(actor: Actor, public_id: str, draft: Draft, version: int | None) -> None:
    """Change an announcement. Of a published one the audience and the way of telling stay as they were.

    `version` is the one that the editor began with. Raises `Refused`, `NotThere`, and `Conflict` when somebody else
    was faster.
    """
    row = locked(actor, public_id)
    if version is not None and version != row.version:
        raise Conflict(_("Ktoś inny zmienił tymczasem to ogłoszenie. Otwórz je jeszcze raz i wprowadź zmiany."))
    if row.state == "withdrawn":
        raise Conflict(_("To ogłoszenie wycofano. Utwórz nowe na jego podstawie."))
    made = rules.checked(draft)
    before = {name: _shown(getattr(row, name)) for name in (*_FIELDS, "audience")}
    if row.state == "published":
        assert row.published_at is not None
        rules.check_times(made.importance, row.published_at, made.ends_at, made.expires_at)
    else:
        row.audience = _audience(actor, made.audience).as_json()
        row.tell, row.letters = made.tell, made.letters
    if row.state == "scheduled":
        assert row.publish_at is not None
        rules.check_times(made.importance, row.publish_at, made.ends_at, made.expires_at)
    for name in _FIELDS:
        if name not in ("tell", "letters"):
            setattr(row, name, getattr(made, name))
    after = {name: _shown(getattr(row, name)) for name in (*_FIELDS, "audience")}
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return
    row.version += 1
    row.changed_at = now()
    audit.record(
        actor,
        "announcement.changed",
        f"announcement:{public_id}",
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    if row.state == "published":
        board.forget()


def copy(actor: Actor, public_id: str) -> str:
    """A new draft with the words and the audience of an announcement; its files come along. Raises `NotThere`."""
    row = queries.row(actor, public_id)
    made = Draft(
        row.title, row.body, row.audience, row.importance, row.translations, confirm=row.confirm, letters=row.letters
    )
    public = write(actor, made)
    fresh = queries.row(actor, public)
    contents.want([file.file_id for file in queries.file_rows(row.id)])
    for file in queries.file_rows(row.id):
        db.session.add(
            AnnouncementFile(
                announcement_id=fresh.id, file_id=file.file_id, role=file.role, name=file.name, words=file.words
            )
        )
    return public


def delete(actor: Actor, public_id: str) -> None:
    """Delete a draft that nobody has seen. Raises `NotThere`, `Conflict` for one that was published."""
    row = locked(actor, public_id)
    if row.state != "draft" or row.published_at is not None:
        raise Conflict(_("Usunąć można tylko szkic. Opublikowane ogłoszenie możesz wycofać."))
    audit.record(actor, "announcement.deleted", f"announcement:{public_id}", title=row.title)
    db.session.delete(row)


def attach(actor: Actor, public_id: str, files: Sequence[Checked], role: str) -> None:
    """Add pictures (`picture`) or files to take away (`attachment`), which are read to be looked through.

    Such a file of what is published already waits until somebody releases it. Raises `Refused`, `NotThere`.
    """
    if not files:
        return
    row = locked(actor, public_id)
    most = rules.MOST_PICTURES if role == "picture" else rules.MOST_ATTACHMENTS
    count = select(func.count()).where(AnnouncementFile.announcement_id == row.id, AnnouncementFile.role == role)
    if db.session.execute(count).scalar_one() + len(files) > most:
        field = "pictures" if role == "picture" else "files"
        raise Refused(_("Najwyżej %(most)d plików.", most=most), field=field)
    for file in files:
        kept = keep(file)
        contents.want([kept.id])
        waits = row.state != "draft" and file.content_type not in PICTURES
        db.session.add(
            AnnouncementFile(announcement_id=row.id, file_id=kept.id, role=role, name=file.name, waits=waits)
        )
    row.version += 1
    db.session.flush()
    audit.record(actor, "announcement.files_added", f"announcement:{public_id}", files=[file.name for file in files])


def describe(actor: Actor, public_id: str, words: Mapping[str, str]) -> None:
    """Say what pictures show, by their public ids; unknown ones are left out. Raises `NotThere`."""
    row = locked(actor, public_id)
    for file in queries.file_rows(row.id):
        said = " ".join(words.get(file.public_id, file.words).split())[: rules.WORDS_LENGTH]
        if said != file.words:
            file.words = said


def detach(actor: Actor, public_id: str, gone: Sequence[str]) -> None:
    """Remove files by their public ids; unknown ones are left out. Raises `NotThere`."""
    row = locked(actor, public_id)
    names = []
    for file in queries.file_rows(row.id):
        if file.public_id in gone:
            names.append(file.name)
            db.session.delete(file)
    if names:
        row.version += 1
        db.session.flush()
        audit.record(actor, "announcement.files_removed", f"announcement:{public_id}", files=names)


def locked(actor: Actor, public_id: str) -> Announcement:
    """The announcement, to be changed by nobody else meanwhile. Raises `NotThere`."""
    queries.check_right(actor)
    return queries.row(actor, public_id, locked=True)


def _audience(actor: Actor, value: Any) -> Audience:
    return audiences.checked(actor, audience(value))


def _shown(value: Any) -> Any:
    """A value as the audit log keeps it."""
    return value.isoformat() if hasattr(value, "isoformat") else value
