"""Filing documents: each is classified when it is saved, and lies in its folder from then on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert

from app.attachments.commands import keep
from app.attachments.owners import owner
from app.attachments.rules import Checked
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.core.texts import line
from app.works import log
from app.works.access import Author, Place
from app.works.filing import finding, folders
from app.works.filing.models import WorksDocument, WorksFile
from app.works.filing.rules import NOTE_LENGTH, TITLE_LENGTH
from app.works.rules import block
from tenants.db import db

owner("works", "SELECT file_id FROM works_files")
log.words("document.filed", _l("dodano dokument"))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is said of a document when it is saved; `amount` in grosze.

    `readers` are the accounts that got it with a letter: nobody else sees it but who reads all letters. `week_on` is a
    Monday, `series_id` the row of the series that it is handed in for.
    """

    folder: str
    title: str
    note: str = ""
    dated_on: date | None = None
    week_on: date | None = None
    number: str = ""
    amount: int | None = None
    due_on: date | None = None
    details: dict[str, Any] = field(default_factory=dict)
    readers: list[int] | None = None
    series_id: int | None = None


def file_away(
    place: Place,
    sheet: Sheet,
    files: Sequence[Checked] = (),
    *,
    author: Author | None = None,
    form_key: str | None = None,
) -> WorksDocument:
    """File a new document with its files. `author` is a guest, or whoever wrote a letter; by default who stands here.

    The same `form_key` of the same author is the same document. Raises `Refused` with the field, `NotThere`.
    """
    if author is None:
        place.must_work_here()
    place.must_be_open()
    who = author or place.author
    values = _values(place, sheet, who, form_key)
    made = db.session.execute(
        upsert(WorksDocument)
        .values(values)
        .on_conflict_do_nothing(index_elements=["site_id", "account_id", "form_key"])
        .returning(WorksDocument.id)
    ).scalar()
    if made is None:
        found = db.session.query(WorksDocument).filter_by(
            site_id=place.id, account_id=who.account_id, form_key=form_key
        )
        return found.one()
    add_files(made, 1, files, who)
    # the history is everybody's: it does not tell what some letter brought
    title = values["title"] if sheet.readers is None else ""
    log.note(place.id, who, "document.filed", f"document:{values['public_id']}", title)
    return db.session.get_one(WorksDocument, made)


def add_files(
    document_id: int, version: int, files: Sequence[Checked], author: Author, taken: Sequence[date | None] = ()
) -> list[int]:
    """Keep files as a version of a document; the same bytes lie in the storage once. Returns the stored files' ids.

    `taken` are the days on which photographs were taken, in the order of the files. By what they say the document is
    found as soon as a worker has read them.
    """
    days = list(taken) + [None] * (len(files) - len(taken))
    rows: list[dict[str, Any]] = []
    for file, day in zip(files, days, strict=True):
        kept = keep(file)
        rows.append(
            {
                "public_id": new_public_id(), "document_id": document_id, "version": version, "name": file.name,
                "file_id": kept.id, "size": kept.size, "content_type": kept.content_type, "author": author.name,
                "taken_on": day,
            }
        )  # fmt: skip
    if rows:
        db.session.execute(insert(WorksFile), rows)
    finding.refresh(document_id)
    return [row["file_id"] for row in rows]


def _values(place: Place, sheet: Sheet, who: Author, form_key: str | None) -> dict[str, Any]:
    if sheet.amount is not None and sheet.amount < 0:
        raise Refused(_("Kwota nie może być ujemna."), field="amount")
    return {
        "public_id": new_public_id(),
        "site_id": place.id,
        "kind": folders.kind_in(place.id, sheet.folder),
        "folder": sheet.folder,
        "title": line(sheet.title, "title", TITLE_LENGTH, missing=_("Nazwij dokument, np. „Raport tygodniowy 12”.")),
        "note": block(sheet.note, "note", NOTE_LENGTH),
        "dated_on": sheet.dated_on,
        "week_on": sheet.week_on,
        "number": line(sheet.number, "number", 80),
        "amount": sheet.amount,
        "due_on": sheet.due_on,
        "details": sheet.details,
        "readers": sheet.readers,
        "series_id": sheet.series_id,
        "author": who.name,
        "account_id": who.account_id,
        "guest_id": who.guest_id,
        "form_key": form_key,
    }
