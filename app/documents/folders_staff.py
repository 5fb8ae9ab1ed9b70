"""Teczki: the folders of documents, which whoever looks after all buildings arranges."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, request

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.documents.commands import folders
from app.documents.forms import FolderForm
from app.documents.queries import office
from app.documents.staff import folder_choices
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/documents/folders"
pages = Blueprint("document_folders", __name__, template_folder="templates")


@pages.get("/documents/folders")
@needs(Can.MANAGE_DOCUMENTS)
def index() -> str:
    return _page(filled(FolderForm))


@pages.post("/documents/folders")
@needs(Can.MANAGE_DOCUMENTS)
def make() -> Any:
    form = filled(FolderForm)
    try:
        folders.make(actor(), form.name.data, form.parent.data or None)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(form, refusal), refusal.status
    flash(_("Dodano teczkę."), "success")
    return see_other(HOME)


@pages.post("/documents/folders/<document_folder>")
@needs(Can.MANAGE_DOCUMENTS)
def change(document_folder: str) -> Any:
    """Rename a folder, or remove it when it is empty."""
    removing = request.form.get("deed") == "remove"
    try:
        if removing:
            folders.remove(actor(), document_folder)
        else:
            folders.rename(actor(), document_folder, request.form.get("name"))
    except NotThere:
        raise
    except Refused as refusal:
        return _page(filled(FolderForm), Refused(refusal.message)), refusal.status
    flash(_("Usunięto teczkę.") if removing else _("Zmieniono nazwę teczki."), "success")
    return see_other(HOME)


def _page(form: FolderForm, refusal: Refused | None = None) -> str:
    form.parent.choices = folder_choices(_("– na samej górze –"))
    if actor().buildings is not None:
        raise NotThere("")
    return render(
        "documents/office_folders.html",
        form=form,
        sentence=refuse(form, refusal) if refusal else None,
        folders=office.tree(actor()),
    )
