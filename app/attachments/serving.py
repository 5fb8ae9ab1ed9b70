"""Handing files out: to be saved, never to be run or shown as a page of ours; as pictures only what we drew."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response
from werkzeug.wsgi import FileWrapper

from app.attachments import queries
from app.attachments.rules import WIDTHS, named

# Whatever a browser makes of the bytes, it may run nothing and belongs to no site.
CLOSED = "sandbox; default-src 'none'"


def handed_out(file: int | str, name: str) -> Response:
    """A file, by its id or public id, to be saved under a name. The caller has checked that it may be seen.

    Raises `NotThere` when it is gone, was never there, or holds a virus.
    """
    found = queries.file(file)
    with queries.local_path(found) as path:
        source = path.open("rb")  # stays readable when the path is gone
    response = Response(FileWrapper(source, 1 << 16), mimetype=found.content_type, direct_passthrough=True)
    response.call_on_close(source.close)
    response.content_length = found.size
    shown = named(name, found.content_type)
    plain = shown.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(shown)}"
    return _closed(response)


def picture(file: int | str, page: int = 1, width: int = WIDTHS[0]) -> Response:
    """A page of a file as a picture of one of the `WIDTHS`. Raises `NotThere`, also while none has been drawn."""
    return _closed(Response(queries.preview(queries.file(file), page, width), mimetype="image/png"))


def _closed(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = CLOSED
    return response
