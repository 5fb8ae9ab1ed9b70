"""Files as a form brings them, for residents and staff alike, and as they are handed out."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request

from app.messages import rules
from app.messages.queries import StoredFile
from app.messages.rules import Upload

MEGABYTES = rules.MOST_FILES * (rules.LARGEST_FILE >> 20) + 1


def uploads() -> list[Upload]:
    """The files of the form that was posted. Raises `Refused` on `files`."""
    given = []
    for file in request.files.getlist("files")[: rules.MOST_FILES + 1]:
        given.append((file.filename or "", file.stream.read(rules.LARGEST_FILE + 1)))
    return rules.uploads(given)


def handed_out(file: StoredFile) -> Response:
    """A file to be saved: what somebody sent is never shown on our address."""
    response = Response(file.content, mimetype=file.content_type)
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
