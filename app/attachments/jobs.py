"""Background work of stored files: reading them, drawing their pages, removing what nobody refers to."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO

from sqlalchemy import text

from app.attachments import commands, contents, queries, reading
from app.attachments.rules import WIDTHS
from app.core.errors import NotThere
from app.core.jobs import job
from app.gateways import files
from tenants.db import db

TIDY = "attachments.tidy"
_DRAWN = text("UPDATE stored_files SET pages = :pages WHERE id = :id")


@job(commands.PREVIEW_JOB)
def preview(public_id: str) -> None:
    """Draw the first pages of a file; a file that cannot be read has none."""
    try:
        found = queries.file(public_id)
        drawn = reading.pages(found)
    except NotThere:
        return
    for number, pictures in enumerate(drawn, 1):
        for width, picture in zip(WIDTHS, pictures, strict=True):
            files.files().put(commands.preview_key(public_id, number, width), BytesIO(picture))
    db.session.execute(_DRAWN, {"id": found.id, "pages": len(drawn)})


def unread(public_id: str, error: str) -> None:
    """A file that cannot be read at all has no words; a person looks it through."""
    with suppress(NotThere):
        contents.keep(queries.file(public_id).id, "")


@job(contents.READ_JOB, parked=unread)
def read(public_id: str) -> None:
    """Read the words of a file, which are looked through before many may read it."""
    with suppress(NotThere):
        found = queries.file(public_id)
        contents.keep(found.id, reading.words(found.id))


@job(TIDY)
def tidy() -> None:
    """Remove the files to which no feature refers any more."""
    commands.remove_unclaimed()
