"""Announcements as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from typing import Any

from app.announcements.rules import IMPORTANCE, OTHER_LANGUAGES, STATES
from app.api import described
from app.api.asking import parameter
from app.api.described import moment, row

_WORDS = row({"title": {"type": "string"}, "body": {"type": "string"}})
_ANNOUNCEMENT: dict[str, Any] = {
    "id": {"type": "string", "description": "Random, 22 signs."},
    "title": {"type": "string"},
    "body": {"type": "string", "description": "Markdown: headings, lists, links."},
    "translations": {
        "type": "object",
        "additionalProperties": False,
        "properties": dict.fromkeys(OTHER_LANGUAGES, _WORDS),
    },
    "importance": {"type": "string", "enum": list(IMPORTANCE)},
    "audience": {"type": "object", "description": "As `flask mailouts send --audience` takes it."},
    "state": {"type": "string", "enum": list(STATES)},
    "publish_at": moment("When a scheduled one appears."),
    "published_at": moment(),
    "expires_at": moment("When it moves to the archive."),
    "ends_at": moment("When a failure is expected to be over."),
    "withdrawn_at": moment(),
    "changed_at": moment(),
    "confirm": {"type": "boolean", "description": "Whether readers are asked to confirm."},
    "reads": {"type": "integer", "description": "Residents who have opened it."},
    "confirmed": {"type": "integer"},
}

described.a_list(
    "/announcements",
    "Announcement",
    _ANNOUNCEMENT,
    {
        "summary": "Announcements, newest first",
        "operationId": "listAnnouncements",
        "description": "Scope announcements:read.",
    },
    parameter("state", "Only in this state.", enum=list(STATES)),
    parameter("changed_since", "Only changed then or later; with an offset.", format="date-time"),
)
