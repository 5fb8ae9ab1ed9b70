"""Background work of stored files: drawing their pages, removing what nobody refers to."""

from __future__ import annotations

from io import BytesIO

from sqlalchemy import text

from app.attachments import commands, queries, reading
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


@job(TIDY)
def tidy() -> None:
    """Remove the files to which no feature refers any more."""
    commands.remove_unclaimed()
