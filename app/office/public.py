"""The manager's texts, for everybody: terms, personal-data notice, manual."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, abort, request

from app.core.language import language
from app.office import texts
from app.web.pages import render

pages = Blueprint("office", __name__, template_folder="templates")


@pages.get("/texts/<kind>")
def text(kind: str) -> str:
    asked = request.args.get("version", "")
    if asked and not (asked.isascii() and asked.isdecimal() and len(asked) < 7):
        abort(404)
    found = texts.text_of(kind, int(asked) if asked else None, language())
    if found is None:
        abort(404)
    return render("office/text.html", text=found, newest=texts.current_version(kind) == found.version)


@pages.get("/texts/files/<attachment>")
def attachment(attachment: str) -> Response:
    """A file of a published text, always to be saved: nothing that was uploaded is shown on our address."""
    found = texts.published_file(attachment)
    if found is None:
        abort(404)
    response = Response(texts.content_of(found), mimetype=found.content_type)
    plain = found.name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(found.name)}"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
