"""Wgrywanie wielu plików: files whose names name units, looked through by a person before they are stored."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, request

from app.attachments.checking import checked
from app.attachments.rules import DOCUMENTS, Checked
from app.core.actor import Can
from app.core.errors import NotThere, Refused, TryLater
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.documents import rules
from app.documents.commands import batches
from app.documents.forms import BatchForm, StoreForm
from app.documents.queries.batches import Batch, batch, unfinished
from app.documents.staff import folder_choices
from app.documents.unpacking import MOST_BYTES, MOST_FILES, is_archive, unpacked
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/documents/batches"
pages = Blueprint("document_batches", __name__, template_folder="templates")
_FIELD = re.compile(r"unit-(\d{1,4})")


@pages.route("/documents/batches/new", methods=["GET", "POST"])
@needs(Can.MANAGE_DOCUMENTS)
@accepts_upload((MOST_BYTES >> 20) + 2)
def new() -> Any:
    form = filled(BatchForm, form_key=new_public_id(), category="settlement", folder=request.args.get("folder", ""))
    form.folder.choices = folder_choices()
    if request.method != "POST":
        return _new_page(form)
    try:
        public_id = batches.take(actor(), form.about(), form.folder.data or None, _given(), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _new_page(form, refusal), refusal.status
    return see_other(f"{HOME}/{public_id}")


@pages.get("/documents/batches/<document_batch>")
@needs(Can.MANAGE_DOCUMENTS)
def show(document_batch: str) -> str:
    return _show_page(batch(actor(), document_batch))


@pages.post("/documents/batches/<document_batch>")
@needs(Can.MANAGE_DOCUMENTS)
def store(document_batch: str) -> Any:
    form = filled(StoreForm)
    units = {}
    for name, code in request.form.items():
        place = _FIELD.fullmatch(name)
        if place:
            units[int(place[1])] = code[:200]
    publish = bool(form.publish.data)
    try:
        count = batches.store(actor(), document_batch, units, publish=publish)
    except NotThere:
        raise
    except Refused as refusal:
        return _show_page(batch(actor(), document_batch), refusal, units), refusal.status
    flash(batches.stored_sentence(count, publish=publish), "success")
    return see_other("/admin/documents")


@pages.post("/documents/batches/<document_batch>/drop")
@needs(Can.MANAGE_DOCUMENTS)
def drop(document_batch: str) -> Any:
    batches.drop(actor(), document_batch)
    flash(_("Porzucono te pliki. Nic nie zostało zapisane."), "success")
    return see_other("/admin/documents")


def _given() -> list[Checked]:
    """The files of the form, those in archives too. Raises `Refused` on `files` for the first that cannot be taken."""
    found: list[Checked] = []
    for file in request.files.getlist("files")[: MOST_FILES + 1]:
        content = file.stream.read(MOST_BYTES + 1)
        name = file.filename or ""
        if not name and not content:
            continue
        given = unpacked(name, content, rules.LARGEST) if is_archive(name, content) else [(name, content)]
        for inner, read in given:
            if len(found) == MOST_FILES:
                raise Refused(_("Możesz wgrać naraz najwyżej %(most)d plików.", most=MOST_FILES), field="files")
            found.append(_checked(inner, read))
    return found


def _checked(name: str, content: bytes) -> Checked:
    try:
        return checked(name, content, DOCUMENTS, rules.LARGEST)
    except TryLater as later:
        raise Refused(str(later), field="files") from later


def _new_page(form: BatchForm, refusal: Refused | None = None) -> str:
    return render(
        "documents/batch_new.html",
        form=form,
        sentence=refuse(form, refusal) if refusal else None,
        files_error=refusal.message if refusal and refusal.field == "files" else None,
        open_batches=unfinished(actor()),
        most=MOST_FILES,
        megabytes=MOST_BYTES >> 20,
    )


def _show_page(found: Batch, refusal: Refused | None = None, units: dict[int, str] | None = None) -> str:
    form = filled(StoreForm)
    return render(
        "documents/batch_show.html",
        batch=found,
        form=form,
        units=units if units is not None else {file.place: file.unit or "" for file in found.files},
        sentence=refusal.message if refusal else None,
        category=str(rules.CATEGORIES[found.about["category"]].label),
        here=f"{HOME}/{found.public_id}",
    )
