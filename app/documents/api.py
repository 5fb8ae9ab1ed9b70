"""Documents for programs, and their files."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from app.api import answering, asking
from app.core.actor import Can
from app.core.links import external
from app.documents import described, serving
from app.documents.queries import lists
from app.documents.queries.lists import DocumentRow, Wanted
from app.documents.rules import CATEGORIES, STATES
from app.web import bearer
from app.web.visitor import actor

pages = Blueprint("documents", __name__)
__all__ = ["described", "pages"]  # describing itself is a part of being there


@pages.get("/documents")
@bearer.scope("documents:read", Can.SEE_DOCUMENTS)
def index() -> Response:
    asked = asking.window("state", "category", "unit", "changed_since")
    wanted = Wanted(
        asked.limit + 1,
        bearer.holds("people:read"),
        asked.cursor,
        asking.one_of("state", STATES),
        asking.one_of("category", CATEGORIES),
        asking.words("unit"),
        asking.moment("changed_since"),
    )
    rows = lists.page(actor(), wanted)
    if rows is None:
        raise asking.strange_cursor()
    return answering.listed(rows, asked, _shown)


@pages.get("/documents/<document>/file")
@bearer.scope("documents:read", Can.SEE_DOCUMENTS)
def file(document: str) -> Response:
    """The file of the version in force; that it was fetched is noted."""
    found = lists.newest_file(actor(), document, people=bearer.holds("people:read"))
    return serving.download(actor(), found)


def _shown(row: DocumentRow) -> dict[str, Any]:
    return {
        "id": row.public_id,
        "title": row.title,
        "category": row.category,
        "number": row.number,
        "dated_on": answering.day(row.dated_on),
        "valid_from": answering.day(row.valid_from),
        "valid_until": answering.day(row.valid_until),
        "access": row.access,
        "targets": list(row.targets),
        "state": row.state,
        "published_at": answering.moment(row.published_at),
        "changed_at": answering.moment(row.changed_at),
        "version": {
            "id": row.version,
            "number": row.version_number,
            "file_name": row.file_name,
            "size": row.size,
            "content_type": row.content_type,
        },
        "file_url": external(f"/api/v1/documents/{row.public_id}/file"),
    }
