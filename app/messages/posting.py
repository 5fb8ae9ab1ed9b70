"""Files as a form brings them, for residents and staff alike, and as they are handed out."""

from __future__ import annotations

from io import BytesIO
from urllib.parse import quote

from flask import Response

from app.attachments.posted import posted
from app.attachments.rules import Checked
from app.attachments.serving import handed_out as handed_out_file
from app.messages import rules
from app.messages.queries import Attachment

MEGABYTES = rules.MOST_FILES * (rules.LARGEST_FILE >> 20) + 1


def uploads() -> list[Checked]:
    """The files of the form that was posted. Raises `Refused` on `files`."""
    return posted("files", most=rules.MOST_FILES, largest=rules.LARGEST_FILE)


def handed_out(file: Attachment) -> Response:
    """A file to be saved: what somebody sent is never shown on our address. Raises `NotThere` when it is gone."""
    if file.file_id is not None:
        return handed_out_file(file.file_id, file.name)
    response = Response(BytesIO(file.content), mimetype=file.content_type)
    plain = file.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name)}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
