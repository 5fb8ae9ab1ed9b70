"""Photographs in pieces, for the script of the page of a week: begin, ask how far it came, send the next piece.

`POST …/uploads` with the fields `series`, `week` (a day, or nothing: by the day on which it was taken), `name`, `size`
and `key` begins; `GET` and `HEAD …/uploads/<upload>` tell how far it came (`Upload-Offset`); `PATCH` sends the bytes
from `Upload-Offset` on, at most `uploads.PIECE` of them. Answers are JSON: `id`, `offset`, `size`, `state`; a refusal
has a `message`. 409 is a wrong offset, 413 a piece too large, 422 a file that is not taken.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import ClientDisconnected

from app.core import work
from app.core.errors import Conflict, NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.web.visitor import actor
from app.works.access import place
from app.works.filing import uploads, weeks
from app.works.filing.uploads import Upload

pages = Blueprint("uploads", __name__)


@pages.post("/<site>/files/uploads")
def begin(site: str) -> Any:
    here = place(actor(), site)
    typed = request.form
    size = typed.get("size", "")
    day = typed.get("week", "")
    week_on = weeks.week_of(day)
    if day and week_on is None:
        return _refused(Refused(_("Podaj datę, na przykład 2026-11-30.")))
    if not (size.isascii() and size.isdigit() and len(size) < 13):
        return _refused(Refused(_("Wybierz zdjęcia.")))
    names = typed.get("name", "")[:300], typed.get("key", "")[:300]
    try:
        row = uploads.begin(here, typed.get("series", ""), week_on, names[0], int(size), names[1])
    except NotThere:
        raise
    except Refused as refusal:
        return _refused(refusal)
    return _told(row, 201)


@pages.get("/<site>/files/uploads/<upload>")
def tell(site: str, upload: str) -> Any:
    return _told(uploads.found(place(actor(), site), upload))


@pages.patch("/<site>/files/uploads/<upload>")
def take(site: str, upload: str) -> Any:
    offset = request.headers.get("Upload-Offset", "")
    if not (offset.isascii() and offset.isdigit() and len(offset) < 13):
        return _refused(Refused(_("Nie wiadomo, od którego miejsca jest ten kawałek.")))
    who = actor()
    uploads.found(place(who, site), upload)
    # A slow line takes its time; nobody else waits for the connection to the database meanwhile.
    work.commit()
    try:
        piece = request.stream.read(uploads.PIECE + 1)
    except (ClientDisconnected, OSError):
        return jsonify(message=_("Połączenie przerwane.")), 400
    if len(piece) > uploads.PIECE:
        return jsonify(message=_("Ten kawałek jest za duży.")), 413
    here = place(who, site)
    try:
        row = uploads.take(here, upload, int(offset), piece)
    except NotThere:
        raise
    except Conflict as conflict:
        return _told(uploads.found(here, upload), 409, conflict.message)
    except Refused as refusal:
        return _refused(refusal)
    except TryLater as later:
        return jsonify(message=str(later)), 503
    return _told(row)


def _told(row: Upload, status: int = 200, message: str = "") -> Response:
    week = row.week_on.isoformat() if row.week_on else None
    told = {"id": row.id, "offset": row.received, "size": row.size, "state": row.state, "week": week}
    response = jsonify(**told, message=message)
    response.status_code = status
    response.headers["Upload-Offset"] = str(row.received)
    response.headers["Upload-Length"] = str(row.size)
    return response


def _refused(refusal: Refused) -> tuple[Response, int]:
    return jsonify(message=refusal.message), refusal.status
