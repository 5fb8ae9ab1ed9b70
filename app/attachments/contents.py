"""What stands in stored files: read by a job, kept beside the file, so that a page can look it through at once."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text

from app.attachments.rules import PICTURES
from app.core import jobs
from app.core.errors import Conflict
from app.core.language import gettext as _
from tenants.db import db

READ_JOB = "attachments.words"
_LACKING = text(
    "SELECT f.id, f.public_id FROM stored_files f LEFT JOIN stored_words w ON w.file_id = f.id "
    "WHERE f.id = ANY(:ids) AND w.file_id IS NULL AND f.content_type <> ALL(:pictures) ORDER BY f.id"
)
_WORDS = text("SELECT file_id, words FROM stored_words WHERE file_id = ANY(:ids)")
_KEEP = text("INSERT INTO stored_words (file_id, words) VALUES (:id, :words) ON CONFLICT DO NOTHING")


def want(file_ids: Collection[int]) -> bool:
    """Have the words of these files read; returns whether some still are. Read ones and pictures cost nothing more."""
    lacking = _lacking(file_ids)
    for _id, public_id in lacking:
        jobs.enqueue(READ_JOB, public_id, {"public_id": public_id}, lane="normal")
    return bool(lacking)


def being_read(file_ids: Collection[int]) -> bool:
    """Whether the words of some of these files are not known yet."""
    return bool(_lacking(file_ids))


def words_of(file_ids: Collection[int]) -> dict[int, str]:
    """The words of these files by id; files without any are left out.

    Raises `Conflict` while some of them are not read yet: nobody may publish what nobody has looked through.
    """
    if being_read(file_ids):
        raise Conflict(_("Sprawdzamy jeszcze treść pliku. Spróbuj za kilka sekund."), field="files")
    rows = db.session.execute(_WORDS, {"ids": list(file_ids)}) if file_ids else ()
    return {row.file_id: row.words for row in rows if row.words.strip()}


def keep(file_id: int, words: str) -> None:
    """Note what stands in a file; a second time changes nothing."""
    db.session.execute(_KEEP, {"id": file_id, "words": words.replace("\0", " ")})


def _lacking(file_ids: Collection[int]) -> list[tuple[int, str]]:
    if not file_ids:
        return []
    found = db.session.execute(_LACKING, {"ids": sorted(set(file_ids)), "pictures": sorted(PICTURES)})
    return [(row.id, row.public_id) for row in found]
