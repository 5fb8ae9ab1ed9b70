"""Imports for programs: hand over a package, ask what became of it."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, abort, jsonify, request

from app.core.actor import Can
from app.core.clock import local
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.links import external
from app.imports import described, queries
from app.imports.arriving import MAX_MB, arrive
from app.imports.queries import ImportLine
from app.imports.report import in_words
from app.web import bearer
from app.web.audiences import accepts_upload
from app.web.visitor import actor

pages = Blueprint("imports", __name__)
__all__ = ["described", "pages"]  # describing itself is a part of being there
_REPORT = (
    "revision",
    "as_of",
    "sheets",
    "totals",
    "errors",
    "warnings",
    "error_count",
    "warning_count",
    "comparison",
    "beyond",
)


@accepts_upload(MAX_MB + 1)
@bearer.uploads
@pages.post("/imports")
@bearer.scope("imports:write", Can.RUN_IMPORTS)
def receive() -> tuple[Response, int]:
    """Take a package: 202 with the import's id, also for the same delivery again."""
    if request.mimetype != "multipart/form-data":
        abort(415, _("Wyślij plik jako multipart/form-data, w polu „file”."))
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        raise Refused(_("Dołącz plik w polu „file”."), field="file")
    taken = arrive(
        actor(),
        cast(BinaryIO, upload.stream),
        upload.filename,
        key=request.headers.get("Idempotency-Key"),
        mode=request.form.get("mode") or "snapshot",
        channel="api",
        dry_run=_truth("dry_run"),
        profile=request.form.get("profile"),
        sheet=request.form.get("sheet"),
    )
    where = _url(taken.public_id)
    answer = jsonify(id=taken.public_id, status=taken.status, url=where)
    answer.headers["Location"] = where
    return answer, 202


@pages.get("/imports/<public_id>")
@bearer.scope("imports:read", Can.SEE_IMPORTS)
def show(public_id: str) -> Response:
    """What became of a package: its state, and the report once it is over."""
    return jsonify(_shown(queries.one(actor(), public_id)))


def _shown(line: ImportLine) -> dict[str, Any]:
    undone = line.status == "undone"
    found: dict[str, Any] = {
        "id": line.public_id,
        "status": "published" if undone else line.status,
        "url": _url(line.public_id),
        "file": line.file_name,
        "mode": line.mode,
        "dry_run": line.dry_run,
        "created_at": local(line.created_at).isoformat(timespec="seconds"),
        "finished_at": local(line.finished_at).isoformat(timespec="seconds") if line.finished_at else None,
        "undone": undone,
    }
    if line.open:
        return found | {"progress": line.progress}
    report = in_words(line.report or {})
    return found | {name: report.get(name) for name in _REPORT}


def _url(public_id: str) -> str:
    return external(f"/api/v1/imports/{public_id}")


def _truth(name: str) -> bool:
    typed = request.form.get(name, "").lower()
    if typed not in ("", "true", "false", "1", "0"):
        raise Refused(_("Podaj true albo false."), field=name)
    return typed in ("true", "1")
