"""Keeping files: the same bytes once, however often they were handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from io import BytesIO

from sqlalchemy import text

from app.attachments.owners import references
from app.attachments.rules import LETTERS, Checked
from app.core import jobs, work
from app.core.clock import now
from app.core.public_ids import PUBLIC_ID_LENGTH, new_public_id
from app.gateways import files
from tenants.bound import current
from tenants.db import db
from tenants.keys import file_root

PLACE = "attachments"
PREVIEWS = "previews"
PREVIEW_JOB = "attachments.preview"
#: A file that nobody refers to is kept for so long: its form may still be open, its transaction not committed.
DAYS_UNCLAIMED = 2
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7))")
# Written, not only read: whoever removes what is unclaimed sees that this file has just been handed over again.
_KNOWN = text(
    "UPDATE stored_files SET kept_at = now() WHERE sha256 = :sha256 AND content_type = :content_type "
    "RETURNING id, public_id"
)
_NEW = text(
    "INSERT INTO stored_files (public_id, sha256, content_type, size, verdict) "
    "VALUES (:public_id, :sha256, :content_type, :size, :verdict) RETURNING id"
)
_UNCLAIMED = (
    "DELETE FROM stored_files f WHERE f.kept_at < now() - make_interval(days => :days) "
    "AND NOT EXISTS (SELECT FROM ({references}) AS r (id) WHERE r.id = f.id) RETURNING f.id"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: `size` is in bytes."""

    id: int
    public_id: str
    content_type: str
    size: int
    sha256: bytes


def preview_key(public_id: str, page: int, width: int) -> str:
    """Where the picture of a page lies."""
    return files.key(PREVIEWS, f"{public_id}-{page}-{width}.png")


def keep(file: Checked) -> Kept:
    """Store a file, or find it stored already. The caller keeps the id and the name as given in a row of its own.

    The bytes are written before the row, so that no row ever names a file that is not there.
    """
    digest = sha256(file.content).digest()
    values = {"sha256": digest, "content_type": file.content_type, "size": len(file.content), "verdict": file.verdict}
    # Two who hand over the same bytes at the same moment wait for each other here.
    db.session.execute(_TURN, {"key": f"{current().id}:{digest.hex()}"})
    known = db.session.execute(_KNOWN, values).one_or_none()
    if known is not None:
        return Kept(known.id, known.public_id, file.content_type, len(file.content), digest)
    public_id = new_public_id()
    files.files().put(files.key(PLACE, public_id), BytesIO(file.content))
    file_id = db.session.execute(_NEW, {**values, "public_id": public_id}).scalar_one()
    if file.content_type in LETTERS:
        jobs.enqueue(PREVIEW_JOB, public_id, {"public_id": public_id}, lane="bulk")
    return Kept(file_id, public_id, file.content_type, len(file.content), digest)


def remove_unclaimed() -> int:
    """Remove the files to which no feature refers any more, and bytes without a row; returns how many files went.

    Commits by itself: bytes go only after the rows are gone for good. What is left by a crash goes the next night.
    """
    statement = text(_UNCLAIMED.format(references=references()))
    gone = len(db.session.execute(statement, {"days": DAYS_UNCLAIMED}).all())
    work.commit()
    rows = set(db.session.execute(text("SELECT public_id FROM stored_files")).scalars())
    storage = files.files()
    for name in storage.names(file_root(), before=now() - timedelta(days=DAYS_UNCLAIMED)):
        place, _slash, file = name.partition("/")
        if place in (PLACE, PREVIEWS) and file[:PUBLIC_ID_LENGTH] not in rows:
            storage.delete(files.key(place, file))
    return gone
