"""Pliki: folders, lists and searching, a new document, one document with its versions, and what is downloaded of it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request
from wtforms.fields.choices import SelectChoice

from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS, WIDTHS, kinds_named
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.web.audiences import accepts_upload
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works import queries as sites
from app.works.access import Place, place
from app.works.filing import folders, origins, photos, places, queries, reading, series, serving, weeks
from app.works.filing.commands import file_away
from app.works.filing.forms import DocumentForm
from app.works.filing.queries import Chosen
from app.works.filing.rules import FORM_MEGABYTES, LARGEST, MOST_FILES, MOVABLE, SHOWABLE
from app.works.frame import framed, may_send_files
from app.works.rules import Right

pages = Blueprint("files", __name__)
FILED = ("document", "note", "photo")  # what the form of a new document files; the rest has pages of its own


@pages.get("/<site>/files")
def index(site: str) -> str:
    here = place(actor(), site)
    return framed(
        "works/files/index.html", here, folders=folders.known(here), series=series.all_of(here),
        works=here.works_here and here.is_open, manages=here.may(Right.MANAGE),
        begins=series.may_change(here, here.author.account_id),
    )  # fmt: skip


@pages.get("/<site>/files/all")
def every(site: str) -> str:
    return _list(place(actor(), site), None)


@pages.get("/<site>/files/folders/<folder>")
def folder_list(site: str, folder: str) -> str:
    here = place(actor(), site)
    return _list(here, folders.one(here, folder))


@pages.get("/<site>/files/withdrawn")
def withdrawn(site: str) -> str:
    return _list(place(actor(), site), None, withdrawn=True)


@pages.route("/<site>/files/new", methods=["GET", "POST"])
@accepts_upload(FORM_MEGABYTES, admits=may_send_files)
def new(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    form = filled(DocumentForm, form_key=new_public_id(), **_asked_for())
    chosen = next((one for one in _choices(here) if one.key == form.folder.data), None)
    if request.method != "POST":
        return _choosing(here) if chosen is None else _form_page(here, form, chosen)
    if chosen is None:
        sentence = _("Wybierz, co to za dokument: od tego zależy teczka, do której trafi.")
        return _choosing(here, sentence), 422
    try:
        made = file_away(*_filed(here, form), form_key=(form.form_key.data or "")[:64] or None)
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(here, form, chosen, refusal), refusal.status
    flash(_("Zapisano w teczce „%(folder)s”.", folder=chosen.label), "success")
    return see_other(f"{here.url}/{places.address(made.kind, made.public_id)}")


@pages.get("/<site>/files/<document>")
def show(site: str, document: str) -> Any:
    here = place(actor(), site)
    found = reading.detail(here, document)
    if places.own(found.line.kind) and found.withdrawn_at is None:
        return see_other(f"{here.url}/{found.line.path}")
    return document_page(here, found)


def document_page(here: Place, found: reading.Detail, refusal: Refused | None = None, where: str = "") -> str:
    """The page of a document; a refusal is told where it was asked for."""
    line = found.line
    alive = here.is_open and found.withdrawn_at is None
    return framed(
        "works/files/document.html", here, document=found, line=line, origins=origins.origins(here, line.id),
        history=sites.history(here, f"document:{line.public_id}", 50), fetches=reading.fetches(here, line.id),
        manages=here.may(Right.MANAGE), changes=alive and found.mine, moves=line.kind in MOVABLE,
        folders=folders.movable(here), shows=alive and here.may(Right.PUBLISH) and line.kind in SHOWABLE,
        invites=alive and here.may(Right.INVITE), refusal=refusal, where=where, limits=_limits(),
        url=f"{here.url}/files/{line.public_id}",
    )  # fmt: skip


@pages.get("/<site>/files/<document>/download")
def download(site: str, document: str) -> Response:
    here = place(actor(), site)
    found = reading.detail(here, document)
    return serving.download_all(found.newest, found.line.title, here.author)


@pages.get("/<site>/files/<document>/versions/<int:version>")
def download_version(site: str, document: str, version: int) -> Response:
    here = place(actor(), site)
    found = reading.detail(here, document)
    return serving.download_all(found.version(version), found.line.title, here.author)


@pages.get("/<site>/files/<document>/file/<file>")
def download_file(site: str, document: str, file: str) -> Response:
    here = place(actor(), site)
    return serving.download(reading.file(here, document, file)[1], here.author)


@pages.get("/<site>/files/<document>/picture/<file>/<int:page>")
def picture(site: str, document: str, file: str, page: int) -> Response:
    found = reading.file(place(actor(), site), document, file)[1]
    return serving.picture(found, page, WIDTHS[-1] if "large" in request.args else WIDTHS[0])


@pages.get("/<site>/files/<document>/photos/<file>")
def photo(site: str, document: str, file: str) -> str:
    here = place(actor(), site)
    found = reading.detail(here, document)
    among = [one for one in found.files if one.is_picture]
    number = next((number for number, one in enumerate(among) if one.public_id == file), None)
    if number is None:
        raise NotThere("")
    return framed(
        "works/files/photo.html", here, document=found, line=found.line, file=among[number], number=number + 1,
        count=len(among), before=among[number - 1] if number else None,
        after=among[number + 1] if number + 1 < len(among) else None, url=f"{here.url}/files/{found.line.public_id}",
    )  # fmt: skip


def _list(here: Place, folder: folders.Folder | None, *, withdrawn: bool = False) -> str:
    chosen = Chosen(
        folder.key if folder else None,
        request.args.get("author", "")[:200] or None,
        weeks.week_of(request.args.get("week")),
        request.args.get("q", "")[:200],
        withdrawn,
    )
    asked = {"q": chosen.typed, "author": chosen.author or "", "week": chosen.week.isoformat() if chosen.week else ""}
    return framed(
        "works/files/list.html", here, page=queries.find(here, chosen, page_number(request.args.get("page"))),
        page_url=f"{request.path}?{urlencode({**asked, 'page': ''})}", chosen=chosen, asked=asked, folder=folder,
        authors=queries.authors(here), narrowed=any(asked.values()), withdrawn=withdrawn,
        week_label=f"{weeks.label(chosen.week)} ({weeks.span(chosen.week)})" if chosen.week else "",
        works=here.works_here and here.is_open and not withdrawn,
        files=folder is not None and folder.kind in FILED and not places.own(folder.kind),
    )  # fmt: skip


def _choices(here: Place) -> list[folders.Folder]:
    return [one for one in folders.known(here) if one.kind in FILED and not places.own(one.kind)]


def _choosing(here: Place, sentence: str = "") -> str:
    return framed(
        "works/files/choose.html", here, folders=_choices(here), more=places.adding(), sentence=sentence,
        series=[one for one in series.all_of(here) if one.kind == "photo"],
    )  # fmt: skip


def _asked_for() -> dict[str, Any]:
    """What the address says of the document that somebody wants to add."""
    week = weeks.week_of(request.args.get("week"))
    return {"folder": request.args.get("folder", ""), "series": request.args.get("series", ""), "week": week}


def _filed(here: Place, form: DocumentForm) -> tuple[Place, Any, Any]:
    row = series.row_of(here, form.series.data) if form.series.data and form.folder.data == "reports" else None
    sheet = form.sheet(row.id if row else None)
    if row is not None and row.kind != "report":
        raise NotThere("")
    if row is not None and not sheet.title.strip() and sheet.week_on:
        form.title.data = f"{row.title} – {weeks.label(sheet.week_on)}"
        sheet = form.sheet(row.id)
    files = posted("files", most=MOST_FILES, allowed=DOCUMENTS, largest=LARGEST)
    if not files:
        raise Refused(_("Wybierz plik."), field="files")
    photos.must_fit(here, sum(len(file.content) for file in files))
    return here, sheet, files


def _form_page(here: Place, form: DocumentForm, folder: folders.Folder, refusal: Refused | None = None) -> str:
    reports = [one for one in series.all_of(here) if one.kind == "report"] if folder.key == "reports" else []
    form.series.choices = [
        SelectChoice("", _("– nie należy do serii –")), *(SelectChoice(one.public_id, one.title) for one in reports)
    ]  # fmt: skip
    if len(reports) == 1 and request.method != "POST" and not form.series.data:
        form.series.data = reports[0].public_id
    return framed(
        "works/files/new.html", here, form=form, folder=folder, reports=reports,
        begins=series.may_change(here, here.author.account_id),
        sentence=refuse(form, refusal) if refusal and refusal.field != "files" else None,
        files_error=refusal.message if refusal and refusal.field == "files" else None, limits=_limits(),
    )  # fmt: skip


def _limits() -> dict[str, Any]:
    return {
        "kinds": kinds_named(DOCUMENTS), "most": MOST_FILES, "megabytes": LARGEST >> 20, "form": FORM_MEGABYTES - 1
    }  # fmt: skip
