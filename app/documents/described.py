"""Documents as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from typing import Any

from app.api import described
from app.api.asking import line, parameter
from app.api.described import day, moment, row, text_or_null
from app.documents.rules import ACCESS, CATEGORIES, STATES

_ID = {"type": "string", "description": "Random, 22 signs."}
_DOCUMENT: dict[str, Any] = {
    "id": _ID,
    "title": {"type": "string"},
    "category": {"type": "string", "enum": list(CATEGORIES)},
    "number": text_or_null("Of a resolution, for example."),
    "dated_on": day(),
    "valid_from": day(),
    "valid_until": day(),
    "access": {"type": "string", "enum": list(ACCESS), "description": "people: only with the scope people:read."},
    "targets": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Codes of the buildings, units or people that it is for, as `access` says.",
    },
    "state": {"type": "string", "enum": list(STATES)},
    "published_at": moment(),
    "changed_at": moment(),
    "version": row(
        {
            "id": _ID,
            "number": {"type": "integer", "minimum": 1},
            "file_name": {"type": "string"},
            "size": {"type": "integer", "description": "Bytes."},
            "content_type": {"type": "string"},
        }
    ),
    "file_url": {"type": "string", "format": "uri"},
}

described.a_list(
    "/documents",
    "Document",
    _DOCUMENT,
    {"summary": "Documents, newest first", "operationId": "listDocuments", "description": "Scope documents:read."},
    parameter("state", "Only in this state.", enum=list(STATES)),
    parameter("category", "Only of this kind.", enum=list(CATEGORIES)),
    line("unit", "Only addressed to this unit, by its code."),
    parameter("changed_since", "Only changed then or later; with an offset.", format="date-time"),
)
described.a_file(
    "/documents/{document}/file",
    {"summary": "A document's file", "operationId": "getDocumentFile", "description": "Scope documents:read."},
    {"name": "document", "in": "path", "required": True, "schema": _ID},
)
