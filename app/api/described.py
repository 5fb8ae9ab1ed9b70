"""The description of the interface, as data. Features register what they serve."""

from __future__ import annotations

from typing import Any

from app.api import asking
from app.web import bearer

_paths: dict[str, dict[str, Any]] = {}
_schemas: dict[str, dict[str, Any]] = {
    "Problem": {
        "description": "RFC 9457",
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string", "description": "A sentence in the language of Accept-Language (pl, en, uk)."},
            "request_id": {"type": ["string", "null"], "description": "Quote it when you ask for help."},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                },
            },
            "findings": {
                "type": "array",
                "description": "Words of an announcement that may name a person, masked, and where they stand.",
                "items": {
                    "type": "object",
                    "properties": {
                        "kind": {"type": "string"}, "place": {"type": "string"}, "found": {"type": "string"},
                    },
                },
            },
        },
    },
}
_LIMITS = {
    "RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Calls in this window."},
    "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "Calls left in it."},
    "RateLimit-Reset": {"schema": {"type": "integer"}, "description": "Seconds until the next window."},
}
_PROBLEMS = {
    "400": "Unreadable.",
    "401": "No token, or one that is unknown, expired or revoked.",
    "402": "The manager has not paid: nothing is taken, and later nothing is told.",
    "403": "The token lacks the scope.",
    "404": "No such thing here.",
    "409": "It has been done already, or somebody was faster.",
    "413": "Too large.",
    "415": "Another kind of body than is asked for.",
    "422": "A field or the idempotency key is wrong; `errors` names it.",
    "429": "Too many calls; wait as `Retry-After` says.",
    "503": "The manager is suspended, or a server of ours does not answer.",
}


def path(address: str, operations: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add a path, such as `/imports`, with its operations by method, and the schemas that they name."""
    _paths[address] = operations
    _schemas.update(schemas)


def add(address: str, method: str, operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add one more operation to a path that is there."""
    _paths[address] = _paths[address] | {method: operation}
    _schemas.update(schemas)


def answers(status: str, about: str, schema: str, *problems: str) -> dict[str, Any]:
    """The `responses` of an operation: one good answer, and the problems that can come instead."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    good = {
        "description": about,
        "headers": _LIMITS,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    return {status: good} | {code: {"description": _PROBLEMS[code], "content": problem} for code in ("402", *problems)}


def a_list(
    address: str, name: str, schema: dict[str, Any], operation: dict[str, Any], *filters: dict[str, Any]
) -> None:
    """Add a list: where it is, what one row is called and looks like, its `summary`, `operationId` and scope."""
    page = {
        "type": "object",
        "required": ["data", "next", "revision", "as_of"],
        "additionalProperties": False,
        "properties": {
            "data": {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}},
            "next": {"type": ["string", "null"], "format": "uri", "description": "The next page; null on the last."},
            "revision": {"type": ["integer", "null"], "description": "Of the books; null before the first."},
            "as_of": moment("For when the books speak."),
        },
    }
    responses = answers("200", "A page.", f"{name}Page", "400", "401", "403", "404", "422", "429", "503")
    responses["200"]["headers"] = responses["200"]["headers"] | _LINKS | _TAG
    responses["304"] = {"description": "As it was when its ETag was told.", "headers": _LIMITS | _TAG}
    operation = {**operation, "parameters": [*_WINDOW, *filters, _KNOWN], "responses": responses}
    path(address, {"get": operation}, {name: row(schema), f"{name}Page": page})


def a_file(address: str, operation: dict[str, Any], *parameters: dict[str, Any]) -> None:
    """Add a file to be saved."""
    problems = answers("200", "The file.", "Problem", "401", "403", "404", "429", "503")
    problems["200"] = {
        "description": "The file.",
        "headers": _LIMITS,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
    path(address, {"get": {**operation, "parameters": list(parameters), "responses": problems}}, {})


def row(properties: dict[str, Any]) -> dict[str, Any]:
    """The schema of an object all of whose properties are always there."""
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


def text_or_null(about: str = "") -> dict[str, Any]:
    return {"type": ["string", "null"]} | ({"description": about} if about else {})


def money(about: str = "") -> dict[str, Any]:
    return {"type": "string", "pattern": "^-?[0-9]+\\.[0-9]{2}$", "description": f"{about} PLN, two decimals.".strip()}


def moment(about: str = "") -> dict[str, Any]:
    return {"type": ["string", "null"], "format": "date-time"} | ({"description": about} if about else {})


def day(about: str = "") -> dict[str, Any]:
    return {"type": ["string", "null"], "format": "date"} | ({"description": about} if about else {})


_WINDOW: list[dict[str, Any]] = [
    {
        "name": "limit", "in": "query", "description": "Rows of a page.",
        "schema": {"type": "integer", "minimum": 1, "maximum": asking.MOST, "default": asking.LIMIT},
    },
    {
        "name": "cursor", "in": "query", "description": "As it stands in `next`.",
        "schema": {"type": "string", "pattern": asking.LINE},
    },
]  # fmt: skip
_KNOWN: dict[str, Any] = {
    "name": "If-None-Match", "in": "header", "description": "An ETag that was told before.",
    "schema": {"type": "string"},
}  # fmt: skip
_LINKS = {"Link": {"schema": {"type": "string"}, "description": "rel=first and, where there is more, rel=next."}}
_TAG = {"ETag": {"schema": {"type": "string"}, "description": "Changes when the answer does."}}


def document() -> dict[str, Any]:
    """The whole description, with the addresses relative to the manager's own host."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Osiedle",
            "version": "1",
            "description": (
                "How a manager's programs hand over data. Each manager has its own host and its own tokens. "
                f"A token may call {bearer.CALLS} times in {bearer.WINDOW} seconds and hand over {bearer.UPLOADS} "
                f"packages and announcements in {bearer.UPLOAD_WINDOW // 60} minutes."
            ),
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": dict(sorted(_paths.items())),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": dict(sorted(_schemas.items())),
        },
    }
