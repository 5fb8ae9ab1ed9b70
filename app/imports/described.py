"""Imports as `/api/v1/openapi.json` describes them."""

from __future__ import annotations

from typing import Any

from app.api import described
from app.api.described import answers
from app.imports.reading.sheets import SHEETS

STATES = (
    "queued", "running", "waiting", "published", "unchanged", "checked", "refused", "failed", "cancelled", "rejected",
)  # fmt: skip
_ID = {"type": "string", "description": "Random, 22 signs."}
_STATUS = {"type": "string", "enum": list(STATES)}
_TEXT_OR_NULL = {"type": ["string", "null"]}
_COUNT = {"type": "integer"}
_FINDING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "sheet": _TEXT_OR_NULL, "row": {"type": ["integer", "null"]}, "column": _TEXT_OR_NULL,
        "value": _TEXT_OR_NULL, "code": {"type": "string"}, "message": {"type": "string"},
    },
}  # fmt: skip
_TAKEN: dict[str, Any] = {
    "type": "object",
    "required": ["id", "status", "url"],
    "properties": {"id": _ID, "status": _STATUS, "url": {"type": "string", "format": "uri"}},
}
_IMPORT: dict[str, Any] = {
    "type": "object",
    "required": ["id", "status", "url"],
    "properties": {
        **_TAKEN["properties"],
        "file": {"type": "string"},
        "mode": {"type": "string", "enum": ["snapshot", "increment"]},
        "dry_run": {"type": "boolean"},
        "created_at": {"type": "string", "format": "date-time"},
        "finished_at": {"type": ["string", "null"], "format": "date-time"},
        "undone": {"type": "boolean", "description": "Published, and taken back since."},
        "progress": {"type": ["object", "null"], "description": "Only while it runs."},
        "revision": {"type": ["integer", "null"]},
        "as_of": {"type": ["string", "null"], "format": "date-time"},
        "sheets": {
            "type": ["object", "null"],
            "additionalProperties": {
                "type": "object",
                "properties": dict.fromkeys(("rows", "added", "changed", "withdrawn", "unchanged"), _COUNT),
            },
        },
        "totals": {"type": ["object", "null"], "description": "Money as text with two decimals."},
        "errors": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Finding"}},
        "warnings": {"type": ["array", "null"], "items": {"$ref": "#/components/schemas/Finding"}},
        "error_count": {"type": ["integer", "null"]},
        "warning_count": {"type": ["integer", "null"]},
        "comparison": {"type": ["object", "null"], "description": "What the package changes or would change."},
        "beyond": {"type": ["array", "null"], "description": "Limits of the manager that it goes beyond."},
    },
}
_FORM: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": {"type": "string", "format": "binary", "description": "XLSX, XLS, ODS, ZIP of CSV, or CSV."},
        "mode": {"type": "string", "enum": ["snapshot", "increment"], "default": "snapshot"},
        "dry_run": {"type": "boolean", "default": False},
        "profile": {"type": "string", "description": "Mapping to read by; - for none. Unset: the standing one."},
        "sheet": {"type": "string", "enum": list(SHEETS), "description": "What a lone CSV file holds"},
    },
}
_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "Names this delivery. The same key with the same file is the same import.",
}

described.path(
    "/imports",
    {
        "post": {
            "summary": "Hand over a package",
            "operationId": "createImport",
            "description": "Scope imports:write.",
            "parameters": [_KEY],
            "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": _FORM}}},
            "responses": answers(
                "202", "Taken; ask its url.", "Taken", "400", "401", "403", "413", "415", "422", "429", "503"
            ),
        }
    },
    {"Taken": _TAKEN, "Finding": _FINDING},
)
described.path(
    "/imports/{id}",
    {
        "get": {
            "summary": "What became of a package",
            "operationId": "getImport",
            "description": "Scope imports:read or imports:write.",
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": _ID}],
            "responses": answers("200", "The import.", "Import", "401", "403", "404", "429", "503"),
        }
    },
    {"Import": _IMPORT},
)
