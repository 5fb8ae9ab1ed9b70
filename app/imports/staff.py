"""Imports for the manager's staff: hand over a package, watch it, read its report, take it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, BinaryIO, cast

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from app.core.actor import Can
from app.core.errors import Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.imports import commands, queries
from app.imports.forms import PackageForm
from app.imports.queries import ImportLine
from app.imports.report import in_words
from app.web import menu
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

pages = Blueprint("imports", __name__, template_folder="templates")
menu.register("staff", _l("Importy"), "imports.index", "upload", 45, needs=Can.SEE_IMPORTS)
MAX_MB = 256


@pages.get("/imports")
@needs(Can.SEE_IMPORTS)
def index() -> str:
    found = queries.imports(actor(), page_number(request.args.get("page")))
    rows: list[dict[str, Any]] = [asdict(line) | {"url": _url("show", line)} for line in found.rows]
    return render(
        "imports/list.html",
        page=Page(rows, found.number, found.size, found.total),
        page_url=url_for("staff.imports.index") + "?page=",
        new_url=_new_url(),
        as_of=queries.as_of(actor()),
    )


@pages.get("/imports/new")
@needs(Can.RUN_IMPORTS)
def new() -> str:
    return render("imports/new.html", form=PackageForm(), max_mb=MAX_MB)


@accepts_upload(MAX_MB + 1)
@pages.post("/imports/new")
@needs(Can.RUN_IMPORTS)
def receive() -> Response | tuple[str, int]:
    form = filled(PackageForm)
    upload = request.files.get("file")
    try:
        if upload is None or not upload.filename:
            raise Refused(_("Wybierz plik z danymi."), field="file")
        taken = commands.receive(
            actor(),
            cast(BinaryIO, upload.stream),
            upload.filename,
            mode=form.mode.data or "snapshot",
            dry_run=form.dry_run.data,
        )
    except Refused as refusal:
        refuse(form, refusal)
        return render("imports/new.html", form=form, max_mb=MAX_MB), refusal.status
    return see_other(url_for("staff.imports.show", public_id=taken.public_id))


@pages.get("/imports/<public_id>")
@needs(Can.SEE_IMPORTS)
def show(public_id: str) -> str:
    return render("imports/show.html", **_shown(queries.one(actor(), public_id)))


@pages.get("/imports/<public_id>/progress")
@needs(Can.SEE_IMPORTS)
def progress(public_id: str) -> str:
    return render("imports/_progress.html", fragment=True, **_shown(queries.one(actor(), public_id)))


@pages.get("/imports/<public_id>/undo")
@needs(Can.RUN_IMPORTS)
def ask_undo(public_id: str) -> str:
    line = _undoable(public_id)
    before = (line.revision or 1) - 1
    return render(
        "imports/undo.html",
        item=line,
        returns_to={"revision": before, "as_of": queries.as_of_revision(actor(), before)} if before else None,
        undo_url=_url("undo", line),
        back_url=_url("show", line),
    )


@pages.post("/imports/<public_id>/undo")
@needs(Can.RUN_IMPORTS)
def undo(public_id: str) -> Response:
    line = _undoable(public_id)
    commands.undo(actor(), line.revision or 0)
    return see_other(_url("show", line))


def _undoable(public_id: str) -> ImportLine:
    line = queries.one(actor(), public_id)
    if line.status != "published" or line.revision is None:
        raise Refused(_("Tego importu nie można cofnąć: nie jest opublikowany albo został już cofnięty."))
    return line


def _shown(line: ImportLine) -> dict[str, Any]:
    may_undo = line.status == "published" and Can.RUN_IMPORTS in actor().can
    return {
        "item": asdict(line) | {"as_of": queries.as_of_revision(actor(), line.revision) if line.revision else None},
        "progress": line.progress,
        "report": _worded(line.report) if line.report else None,
        "progress_url": _url("progress", line) if line.open else None,
        "undo_url": _url("ask_undo", line) if may_undo else None,
    }


def _worded(report: dict[str, Any]) -> dict[str, Any]:
    """What a reader may know: the reason of a fault of ours is for whoever runs the portal."""
    return {name: value for name, value in in_words(report).items() if name != "reason"}


def _url(view: str, line: ImportLine) -> str:
    return url_for(f"staff.imports.{view}", public_id=line.public_id)


def _new_url() -> str | None:
    return url_for("staff.imports.new") if Can.RUN_IMPORTS in actor().can else None
