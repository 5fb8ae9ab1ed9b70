"""What a guest adds: an invoice, a receipt, a note, and where it is filed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from app.attachments.rules import Checked
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.works.filing.commands import Sheet, file_away
from app.works.filing.models import WorksDocument
from app.works.guests.entering import Visit, author_of, seen
from app.works.guests.models import WorksGuest
from app.works.guests.rules import MOST_ADDED
from app.works.invoices import commands as invoices
from tenants.db import db

_ADDED = text(
    "SELECT title, created_at FROM works_documents WHERE guest_id = :guest AND withdrawn_at IS NULL ORDER BY id"
)


def folders(visit: Visit) -> tuple[str, ...]:
    """The folders to which a guest may add: the one they were invited to, else invoices and notes; none for readers."""
    if visit.guest.ability != "add":
        return ()
    return (visit.guest.folder,) if visit.guest.subject_kind == "folder" else ("invoices", "notes")


def added(visit: Visit) -> list[tuple[str, datetime]]:
    """What this guest has added: titles and moments."""
    return [(row.title, row.created_at) for row in db.session.execute(_ADDED, {"guest": visit.guest.id})]


def add_invoice(visit: Visit, typed: Mapping[str, Any], files: Sequence[Checked], form_key: str) -> WorksDocument:
    """Save a guest's invoice. Raises `Refused` with the field, `invoices.Question`, `NotThere`."""
    _admit(visit, "invoices")
    document = invoices.save(visit.place, typed, files, author=author_of(visit.guest), form_key=form_key or None)
    seen(visit, "guest.added")
    return document


def add_note(
    visit: Visit, folder: str, title: str, note: str, files: Sequence[Checked], form_key: str
) -> WorksDocument:
    """Save a guest's note or paper in a folder. Raises `Refused` with the field, `NotThere`."""
    if folder == "invoices":
        raise NotThere("")
    _admit(visit, folder)
    known = select(WorksDocument).where(WorksDocument.guest_id == visit.guest.id, WorksDocument.form_key == form_key)
    found: WorksDocument | None = db.session.execute(known).scalar_one_or_none() if form_key else None
    if found is not None:
        return found
    if not files and not note.strip():
        raise Refused(_("Napisz treść albo dołącz plik."), field="note")
    sheet = Sheet(folder=folder, title=title, note=note)
    document = file_away(visit.place, sheet, files, author=author_of(visit.guest), form_key=form_key or None)
    seen(visit, "guest.added")
    return document


def _admit(visit: Visit, folder: str) -> None:
    """One after the other: the row is held until the end, so neither a double click nor a flood gets through."""
    if folder not in folders(visit):
        raise NotThere("")
    db.session.execute(select(WorksGuest.id).where(WorksGuest.id == visit.guest.id).with_for_update())
    if len(added(visit)) >= MOST_ADDED:
        raise Refused(_("To zaproszenie nie przyjmuje już kolejnych dokumentów. Poproś o nowe."))
