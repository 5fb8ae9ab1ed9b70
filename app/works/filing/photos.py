"""Photographs of a series: all of one week are one document, the same photograph in it once."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import date
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from app.attachments.commands import keep
from app.attachments.rules import Checked
from app.core.clock import now, today
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.public_ids import new_public_id
from app.works import log
from app.works.access import Place
from app.works.filing import weeks
from app.works.filing.commands import add_files
from app.works.filing.models import WorksDocument, WorksFile, WorksSeries
from app.works.filing.rules import MOST_PHOTOS, SITE_BYTES, TITLE_LENGTH
from tenants.db import db

log.words("photos.added", _l("dodano zdjęcia"))
#: Where EXIF says when a picture was taken: tag of the directory, of the moment in it (CIPA DC-008, 4.6.3, 4.6.5).
_DIRECTORY, _TAKEN = 0x8769, 0x9003
_UNREADABLE = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, struct.error, TypeError, LookupError,
    ArithmeticError, Image.DecompressionBombError,
)  # fmt: skip
_USED = text(
    "SELECT coalesce(sum(f.size), 0) FROM works_files f JOIN works_documents d ON d.id = f.document_id "
    "WHERE d.site_id = :site"
)
_TOLD = text(
    "SELECT count(*) FROM works_events WHERE subject = :subject AND account_id = :account "
    "AND verb IN ('photos.added', 'document.filed') AND at > now() - interval '1 hour'"
)


def taken_on(source: BinaryIO) -> date | None:
    """The day on which the camera says that a picture was taken; None where it says nothing, or nonsense."""
    source.seek(0)
    try:
        with Image.open(source, formats=("JPEG", "PNG", "WEBP")) as picture:
            said = picture.getexif().get_ifd(_DIRECTORY).get(_TAKEN)
        day = date.fromisoformat(str(said)[:10].replace(":", "-"))
    except _UNREADABLE:
        return None
    finally:
        source.seek(0)
    return day if date(1990, 1, 1) <= day <= today() else None


def week_for(week_on: date | None, taken: date | None) -> date:
    """The week in which a photograph is filed: the chosen one, or that in which it was taken, or this one.

    Raises `Refused` on `week` for one that is yet to come.
    """
    week = week_on or weeks.monday(taken or today())
    if week > today():
        raise Refused(_("Tego tygodnia jeszcze nie ma: wybierz bieżący albo wcześniejszy."), field="week")
    return week


def add_photos(place: Place, series: WorksSeries, week_on: date, photos: Sequence[tuple[Checked, date | None]]) -> int:
    """Add photographs, with the days on which they were taken, to a week; returns how many were not there yet.

    Raises `Refused` on `files` when the week or the site would have too many, `NotThere` for who only looks.
    """
    place.must_work_here()
    document = _document(place, series, week_on)
    there = set(db.session.scalars(select(WorksFile.file_id).where(WorksFile.document_id == document.id)))
    fresh = []
    for file, day in photos:
        kept = keep(file)
        if kept.id not in there:
            there.add(kept.id)
            fresh.append((file, day))
    if len(there) > MOST_PHOTOS:
        raise Refused(_("W jednym tygodniu serii może być najwyżej %(most)d zdjęć.", most=MOST_PHOTOS), field="files")
    if fresh:
        must_fit(place, sum(len(file.content) for file, _day in fresh))
        add_files(document.id, 1, [file for file, _day in fresh], place.author, [day for _file, day in fresh])
        document.changed_at = now()
        _tell(place, document)
    return len(fresh)


def must_fit(place: Place, more: int) -> None:
    """Raises `Refused` on `files` when the files of the site would have too many bytes."""
    if db.session.execute(_USED, {"site": place.id}).scalar_one() + more > SITE_BYTES:
        raise Refused(
            _("Budowa zajmuje już całe miejsce na pliki (%(most)d GB). Zgłoś to w biurze.", most=SITE_BYTES >> 30),
            field="files",
        )


def _document(place: Place, series: WorksSeries, week_on: date) -> WorksDocument:
    """The document of a week, locked; two who begin it at the same moment get the same."""
    title = f"{series.title[: TITLE_LENGTH - 24]} – {weeks.label(week_on)}"
    values = {
        "public_id": new_public_id(), "site_id": place.id, "kind": "photo", "folder": "photos", "title": title,
        "week_on": week_on, "series_id": series.id, "author": place.author.name,
        "account_id": place.author.account_id,
    }  # fmt: skip
    db.session.execute(
        upsert(WorksDocument)
        .values(values)
        .on_conflict_do_nothing(
            index_elements=["series_id", "week_on"], index_where=text("kind = 'photo' AND withdrawn_at IS NULL")
        )
    )
    found = select(WorksDocument).where(
        WorksDocument.series_id == series.id, WorksDocument.week_on == week_on, WorksDocument.kind == "photo",
        WorksDocument.withdrawn_at.is_(None),
    )  # fmt: skip
    document: WorksDocument = db.session.execute(found.with_for_update()).scalar_one()
    return document


def _tell(place: Place, document: WorksDocument) -> None:
    """One line an hour: five hundred photographs sent one by one are one event."""
    subject = f"document:{document.public_id}"
    if not db.session.execute(_TOLD, {"subject": subject, "account": place.author.account_id}).scalar_one():
        log.note(place.id, place.author, "photos.added", subject, document.title)
