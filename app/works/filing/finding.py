"""Finding documents of a site by their words, and by the words in their newest files."""

from __future__ import annotations

from sqlalchemy import text

from app.attachments.rules import PICTURES
from app.core import jobs
from app.documents import searching
from app.works.filing.rules import FOLDERS, KINDS
from tenants.db import db

READ_JOB = "works.words"
_ABOUT = text("SELECT public_id, kind, folder, title, note, number, author FROM works_documents WHERE id = :id")
_NEWEST = (
    "FROM works_files f {join} stored_words w ON w.file_id = f.file_id WHERE f.document_id = {id} "
    "AND f.version = (SELECT max(g.version) FROM works_files g WHERE g.document_id = {id})"
)
_FILES = text(
    f"SELECT f.name, left(w.words, {searching.MOST_TEXT}) AS words "
    f"{_NEWEST.format(join='LEFT JOIN', id=':id')} ORDER BY f.id LIMIT 50"
)
_SEARCH = text(
    "UPDATE works_documents SET search = setweight(to_tsvector('simple', :title), 'A') "
    "|| setweight(to_tsvector('simple', :about), 'B') || setweight(to_tsvector('simple', :content), 'C') WHERE id = :id"
)
_UNREAD = text(
    f"SELECT f.file_id {_NEWEST.format(join='LEFT JOIN', id=':id')} AND w.file_id IS NULL "
    "AND f.content_type <> ALL(:pictures) ORDER BY f.id LIMIT 100"
)
_WORDS = text(
    f"SELECT d.id, (SELECT string_agg(left(w.words, 50000), ' ') {_NEWEST.format(join='JOIN', id='d.id')}) AS words "
    "FROM works_documents d WHERE d.id = ANY(:ids)"
)


def refresh(document_id: int) -> None:
    """Write anew what a document is found by, and have those of its newest files read that nobody has read yet."""
    about = db.session.execute(_ABOUT, {"id": document_id}).one()
    files = db.session.execute(_FILES, {"id": document_id}).all()
    folder = str(FOLDERS[about.folder][0]) if about.folder in FOLDERS else ""
    said = " ".join((about.note, about.number, about.author, folder, str(KINDS[about.kind]), *(f.name for f in files)))
    values = {"id": document_id, "title": searching.words(about.title), "about": searching.words(said)}
    content = searching.words(" ".join(f.words or "" for f in files))
    db.session.execute(_SEARCH, {**values, "content": content})
    if unread(document_id):
        jobs.enqueue(READ_JOB, about.public_id, {"public_id": about.public_id})


def unread(document_id: int) -> list[int]:
    """The stored files of the newest version whose words nobody has read."""
    found = db.session.execute(_UNREAD, {"id": document_id, "pictures": sorted(PICTURES)})
    return list(found.scalars())


def excerpts(document_ids: list[int], typed: str) -> dict[int, str]:
    """For documents whose files hold what was asked for: the piece of text around it."""
    stems = searching.question(typed)
    if not stems or not document_ids:
        return {}
    rows = db.session.execute(_WORDS, {"ids": document_ids})
    pieces = {row.id: searching.excerpt(row.words, stems) for row in rows if row.words}
    return {key: piece for key, piece in pieces.items() if piece}
