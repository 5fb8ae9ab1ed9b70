"""Versions handed out, and what a list of documents says of itself, the same for every audience."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from app.attachments import queries as attachments
from app.attachments import serving
from app.attachments.rules import WIDTHS
from app.core.actor import Actor
from app.documents.commands.fetching import note
from app.documents.queries import VersionFile

MOST_PAGES = 5  # of a document are shown on its page; the rest is downloaded


def download(actor: Actor | None, file: VersionFile) -> Response:
    """A version to be saved; that it was is noted. Raises `NotThere` when the storage has lost it."""
    response = serving.handed_out(file.file_id, file.name)
    if request.method == "GET":
        note(actor, file, "downloaded")
    return response


def page_picture(file: VersionFile, page: str) -> Response:
    """A page of a version as a picture. Raises `NotThere` when there is none."""
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 0
    return serving.picture(file.file_id, number, WIDTHS[-1])


def pictured(file: VersionFile) -> dict[str, Any]:
    """How many pages are shown on the page of a document, and how many there are pictures of."""
    pages = attachments.pages([file.file_id]).get(file.file_id, 0)
    return {"pages": min(pages, MOST_PAGES), "more_pages": pages > MOST_PAGES}
