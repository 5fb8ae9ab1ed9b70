"""The description of the interface, as data. Features register what they serve."""

from __future__ import annotations

from typing import Any

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
        },
    },
}
_LIMITS = {
    "RateLimit-Limit": {"schema": {"type": "integer"}, "description": "Calls in this window."},
    "RateLimit-Remaining": {"schema": {"type": "integer"}, "description": "Calls left in it."},
    "RateLimit-Reset": {"schema": {"type": "integer"}, "description": "Seconds until the next window."},
}
_PROBLEMS = {
    "401": "No token, or one that is unknown, expired or revoked.",
    "403": "The token lacks the scope.",
    "404": "No such thing here.",
    "413": "Too large.",
    "415": "Not multipart/form-data.",
    "422": "A field or the idempotency key is wrong; `errors` names it.",
    "429": "Too many calls; wait as `Retry-After` says.",
    "503": "The manager is suspended, or a server of ours does not answer.",
}


def path(address: str, operations: dict[str, Any], schemas: dict[str, Any]) -> None:
    """Add a path, such as `/imports`, with its operations by method, and the schemas that they name."""
    _paths[address] = operations
    _schemas.update(schemas)


def answers(status: str, about: str, schema: str, *problems: str) -> dict[str, Any]:
    """The `responses` of an operation: one good answer, and the problems that can come instead."""
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    good = {
        "description": about,
        "headers": _LIMITS,
        "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
    }
    return {status: good} | {code: {"description": _PROBLEMS[code], "content": problem} for code in problems}


def document() -> dict[str, Any]:
    """The whole description, with the addresses relative to the manager's own host."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Osiedle",
            "version": "1",
            "description": (
                "How a manager's programs hand over data. Each manager has its own host and its own tokens. "
                f"A token may call {bearer.CALLS} times in {bearer.WINDOW} seconds and upload {bearer.UPLOADS} files "
                f"in {bearer.UPLOAD_WINDOW // 60} minutes."
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
