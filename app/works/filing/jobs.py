"""Background work of files: reading them, reminding of missing weeks, forgetting what was never sent to its end."""

from __future__ import annotations

from sqlalchemy import text

from app.attachments import contents
from app.attachments.reading import words
from app.core.clock import today
from app.core.errors import NotThere
from app.core.jobs import job
from app.works.filing import finding, mails, uploads
from tenants.db import db

TIDY = "works.tidy"
REMIND = "works.remind"
_NAMED = text("SELECT id FROM works_documents WHERE public_id = :public_id")


def unread(public_id: str, error: str) -> None:
    """Files that cannot be read at all are found by what is said of them."""
    document = db.session.execute(_NAMED, {"public_id": public_id}).scalar()
    for file_id in finding.unread(document) if document is not None else ():
        contents.keep(file_id, "")


@job(finding.READ_JOB, parked=unread)
def read(public_id: str) -> None:
    """Read the newest files of a document, so that it is found by what stands in them."""
    document = db.session.execute(_NAMED, {"public_id": public_id}).scalar()
    if document is None:
        return
    for file_id in finding.unread(document):
        try:
            found = words(file_id)
        except NotThere:
            found = ""
        contents.keep(file_id, found)
    finding.refresh(document)


@job(REMIND)
def remind() -> None:
    """Write to those who have not handed in what a series awaits; a second run writes nothing twice."""
    mails.remind(today())


@job(uploads.FORGET_JOB)
def pieces(public_id: str) -> None:
    """Remove the pieces of a photograph that is whole, or will not become so."""
    uploads.forget_pieces(public_id)


@job(TIDY)
def tidy() -> None:
    """Forget photographs that were begun two days ago and never came to their end."""
    uploads.forget_old()
