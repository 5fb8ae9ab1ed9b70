"""Changing documents and folders of a site: a new version, another folder, withdrawing, showing to residents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, request

from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.web.audiences import accepts_upload
from app.web.pages import see_other
from app.web.visitor import actor
from app.works.access import Place, place
from app.works.filing import changing, folders, photos, queries, reading
from app.works.filing.pages import document_page
from app.works.filing.rules import FORM_MEGABYTES, LARGEST, MOST_FILES
from app.works.frame import framed, may_send_files
from app.works.rules import Right

pages = Blueprint("files_changing", __name__)


@pages.post("/<site>/files/<document>/versions")
@accepts_upload(FORM_MEGABYTES, admits=may_send_files)
def add_version(site: str, document: str) -> Any:
    def done(here: Place) -> str:
        queries.one(here, document)  # nobody's files are looked into for a document that is not there
        files = posted("files", most=MOST_FILES, allowed=DOCUMENTS, largest=LARGEST)
        photos.must_fit(here, sum(len(file.content) for file in files))
        typed = request.form.get("seen", "")
        seen = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else None
        number = changing.add_version(here, document, files, seen)
        return _("Dodano wersję %(number)d. Poprzednie zostają w historii.", number=number)

    return _deed(site, document, done, "version")


@pages.post("/<site>/files/<document>/move")
def move(site: str, document: str) -> Any:
    def done(here: Place) -> str:
        folder = request.form.get("folder", "")
        changing.move(actor(), here, document, folder)
        return _("Dokument leży teraz w teczce „%(folder)s”.", folder=folders.one(here, folder).label)

    return _deed(site, document, done, "move")


@pages.post("/<site>/files/<document>/withdraw")
def withdraw(site: str, document: str) -> Any:
    here = place(actor(), site)
    try:
        changing.withdraw(actor(), here, document, request.form.get("reason"))
    except NotThere:
        raise
    except Refused as refusal:
        return document_page(here, reading.detail(here, document), refusal, "withdraw"), refusal.status
    flash(_("Wycofano dokument. Nikt go już nie znajdzie na listach."), "success")
    return see_other(f"{here.url}/files")


@pages.post("/<site>/files/<document>/showing")
def showing(site: str, document: str) -> Any:
    shown = request.form.get("shown") == "1"

    def done(here: Place) -> str:
        changing.show(actor(), here, document, shown=shown)
        return _("Mieszkańcy widzą ten dokument.") if shown else _("Mieszkańcy nie widzą już tego dokumentu.")

    return _deed(site, document, done, "showing")


@pages.route("/<site>/files/folders", methods=["GET", "POST"])
def own_folders(site: str) -> Any:
    here = place(actor(), site)
    if not here.may(Right.MANAGE):
        raise NotThere("")
    if request.method != "POST":
        return _folders_page(here)
    try:
        folders.make(here, request.form.get("name", ""))
    except NotThere:
        raise
    except Refused as refusal:
        return _folders_page(here, refusal), refusal.status
    flash(_("Dodano teczkę."), "success")
    return see_other(f"{here.url}/files/folders")


@pages.post("/<site>/files/folders/<folder>/rename")
def rename_folder(site: str, folder: str) -> Any:
    here = place(actor(), site)
    try:
        folders.rename(here, folder, request.form.get("name", ""))
    except NotThere:
        raise
    except Refused as refusal:
        return _folders_page(here, refusal, folder), refusal.status
    flash(_("Zmieniono nazwę teczki."), "success")
    return see_other(f"{here.url}/files/folders")


def _folders_page(here: Place, refusal: Refused | None = None, at: str = "") -> str:
    return framed(
        "works/files/folders.html", here, folders=[one for one in folders.known(here) if one.is_own],
        refusal=refusal, at=at, typed=request.form.get("name", "")[:200],
    )  # fmt: skip


def _deed(site: str, document: str, done: Callable[[Place], str], where: str) -> Any:
    """Do something to a document and look at it again; a refusal is told where it was asked for."""
    here = place(actor(), site)
    try:
        said = done(here)
    except NotThere:
        raise
    except Refused as refusal:
        return document_page(here, reading.detail(here, document), refusal, where), refusal.status
    flash(said, "success")
    return see_other(f"{here.url}/files/{document}")
