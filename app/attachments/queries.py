"""Reads of stored files. Whether somebody may see one, the feature that refers to it has decided before."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from app.attachments.commands import PLACE, preview_key
from app.attachments.rules import WIDTHS
from app.core.errors import NotThere
from app.gateways import files
from tenants.db import db

_COLUMNS = "id, public_id, content_type, size, verdict, pages"
_BY_ID = text(f"SELECT {_COLUMNS} FROM stored_files WHERE id = :id")
_BY_PUBLIC_ID = text(f"SELECT {_COLUMNS} FROM stored_files WHERE public_id = :id")
_PAGES = text("SELECT id, coalesce(pages, 0) FROM stored_files WHERE id = ANY(:ids)")


@dataclass(frozen=True, slots=True)
class File:
    """A stored file: `size` in bytes, `pages` with a picture, None before it was looked at."""

    id: int
    public_id: str
    content_type: str
    size: int
    verdict: str
    pages: int | None


def file(named: int | str) -> File:
    """A file by its id or public id. Raises `NotThere`, also for one in which a virus was found."""
    statement = _BY_ID if isinstance(named, int) else _BY_PUBLIC_ID
    key = named if isinstance(named, int) else named.replace("\0", "")
    row = db.session.execute(statement, {"id": key}).one_or_none()
    if row is None or row.verdict == "infected":
        raise NotThere("")
    return File(*row)


def pages(file_ids: Collection[int]) -> dict[int, int]:
    """Of how many pages of each file there are pictures."""
    return {row[0]: row[1] for row in db.session.execute(_PAGES, {"ids": list(file_ids)})}


def content(named: int | str) -> bytes:
    """The bytes of a file, for a letter that carries it. Raises `NotThere`, also when the storage has lost it."""
    with _there(), files.files().reading(files.key(PLACE, file(named).public_id)) as source:
        return source.read()


@contextmanager
def local_path(found: File) -> Iterator[Path]:
    """A file as a path on this machine. Raises `NotThere` when the storage has lost it."""
    with _there(), files.files().local_path(files.key(PLACE, found.public_id)) as path:
        yield path


def preview(found: File, page: int, width: int) -> bytes:
    """The picture of a page, counted from 1, of one of the `WIDTHS`, as PNG. Raises `NotThere`."""
    if not 1 <= page <= (found.pages or 0) or width not in WIDTHS:
        raise NotThere("")
    with _there(), files.files().reading(preview_key(found.public_id, page, width)) as source:
        return source.read()


@contextmanager
def _there() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError as error:
        raise NotThere("") from error
