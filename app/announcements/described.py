"""Announcements as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from typing import Any

from app.announcements import handed
from app.announcements.rules import BODY_LENGTH, IMPORTANCE, ORDINARY, OTHER_LANGUAGES, STATES, TELL, TITLE_LENGTH
from app.api import described
from app.api.asking import parameter
from app.api.described import answers, moment, path, row
from app.api.rules import KEY_LENGTH
from app.audience.rules import KINDS

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

_TITLE = {"type": "string", "minLength": 1, "maxLength": TITLE_LENGTH}
_BODY = {"type": "string", "minLength": 1, "maxLength": BODY_LENGTH, "description": "Markdown, in Polish."}
_NEW: dict[str, Any] = {
    "type": "object",
    "required": ["title", "body", "audience"],
    "additionalProperties": False,
    "properties": {
        "title": _TITLE,
        "body": _BODY,
        "translations": {
            "type": "object",
            "additionalProperties": False,
            "properties": dict.fromkeys(OTHER_LANGUAGES, row({"title": _TITLE, "body": _BODY})),
        },
        "importance": {"type": "string", "enum": list(IMPORTANCE), "default": ORDINARY},
        "audience": {
            "type": "object", "minProperties": 1, "propertyNames": {"enum": list(KINDS)},
            "description": 'As `flask mailouts send --audience` takes it: `{"all": true}`, `{"buildings": ["B1"]}`.',
        },
        "ends_at": moment("When a failure is expected to be over; a failure needs it."),
        "expires_at": moment("When it moves to the archive."),
        "confirm": {"type": "boolean", "default": False},
        "tell": {"type": "string", "enum": list(TELL), "default": "notice", "description": "How people are told."},
        "letters": {"type": "boolean", "default": False, "description": "Paper for whom no e-mail reaches."},
        "state": {"type": "string", "enum": list(handed.STATES), "default": "draft"},
        "publish_at": moment("When it is to appear; at once when not said. Only with `published`."),
    },
}  # fmt: skip
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key", "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH},
    "description": "Names this announcement. The same key with the same content is the same announcement.",
}  # fmt: skip
described.add(
    "/announcements",
    "post",
    {
        "summary": "Write an announcement, and publish it if asked",
        "operationId": "createAnnouncement",
        "description": (
            "Scope announcements:write. Words that may name a person are not published (422, `findings`): send them as "
            "a draft, and a person decides."
        ),
        "parameters": [_KEY],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewAnnouncement"}}},
        },
        "responses": answers(
            "201", "Kept.", "Announcement", "400", "401", "403", "404", "409", "413", "415", "422", "429", "503"
        ),
    },
    {"NewAnnouncement": _NEW},
)
path(
    "/announcements/{id}",
    {
        "get": {
            "summary": "One announcement",
            "operationId": "getAnnouncement",
            "description": "Scope announcements:read or announcements:write.",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": _ANNOUNCEMENT["id"]}],
            "responses": answers("200", "The announcement.", "Announcement", "401", "403", "404", "429", "503"),
        }
    },
    {},
)
