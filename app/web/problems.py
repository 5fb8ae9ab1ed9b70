"""Errors as programs read them: problem documents (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, g, jsonify

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str | None = None, **more: Any) -> Response:
    """A problem document: `type`, `title` (the status in English), `status`, `request_id`, and `detail` if given.

    `more` are further members, such as `errors`: a list of field and message.
    """
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "request_id": g.get("request_id"),
    }
    if detail:
        members["detail"] = detail
    answer: Response = jsonify(members | more)
    answer.mimetype = MEDIA_TYPE
    answer.status_code = status
    return answer
