"""Background work of documents: reading files for searching, telling those who may see what is new."""

from __future__ import annotations

from sqlalchemy import select

from app.attachments.owners import owner
from app.attachments.reading import words
from app.core import events
from app.core.actor import system
from app.core.clock import now
from app.core.errors import NotThere
from app.core.jobs import job
from app.core.links import external
from app.documents import reach
from app.documents.commands.batches import forget_old
from app.documents.commands.saving import READ_JOB, TELL_JOB, refresh
from app.documents.models import Document, DocumentVersion
from app.documents.searching import MOST_KEPT
from tenants.db import db

TIDY = "documents.tidy"
owner("documents", "SELECT file_id FROM document_versions")
owner("document batches", "SELECT file_id FROM document_batch_files")


def unread(public_id: str, error: str) -> None:
    """A file that cannot be read at all is found by what is said of it; a person looks it through."""
    version = _version(public_id)
    if version is not None and version.read_at is None:
        version.content, version.read_at = "", now()


@job(READ_JOB, parked=unread)
def read(public_id: str) -> None:
    """Read the words of a version, by which it is found and which are looked through before it is published."""
    version = _version(public_id)
    if version is None:
        return
    try:
        found = words(version.file_id)
    except NotThere:
        found = ""
    version.content = found.replace("\0", " ")[:MOST_KEPT]
    version.read_at = now()
    refresh(db.session.get_one(Document, version.document_id))


@job(TELL_JOB)
def tell(documents: list[str]) -> None:
    """Say for each document that it was published, and which accounts see it; who no longer is published is not said.

    `documents.published` carries `cause` (names the event: the document and its newest version), `title`, `link`, and
    `accounts`, the ids of the residents' accounts that may see it.
    """
    rows = select(Document).where(Document.public_id.in_(documents), Document.state == "published")
    for row in db.session.scalars(rows.order_by(Document.id)):
        accounts = reach.accounts_of(system("documents"), row)
        number = select(DocumentVersion.number).where(
            DocumentVersion.document_id == row.id, DocumentVersion.released_at.is_not(None)
        )
        latest = db.session.execute(number.order_by(DocumentVersion.number.desc()).limit(1)).scalar()
        events.happened(
            "documents.published",
            cause=f"document:{row.public_id}:{latest}",
            title=row.title,
            link=external(f"/documents/{row.public_id}"),
            accounts=accounts,
        )


@job(TIDY)
def tidy() -> None:
    """Remove uploads of many files that nobody decided about."""
    forget_old()


def _version(public_id: str) -> DocumentVersion | None:
    found: DocumentVersion | None = db.session.scalars(
        select(DocumentVersion).where(DocumentVersion.public_id == public_id).with_for_update()
    ).one_or_none()
    return found
