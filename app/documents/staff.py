"""The office's side of documents: the list, one document with its versions and readers, and folders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request
from wtforms.fields.choices import SelectChoice

from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS, Checked
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.core.texts import line
from app.documents import rules, serving
from app.documents.commands import publishing, saving
from app.documents.forms import DocumentForm, WithdrawForm
from app.documents.queries import office
from app.documents.queries.office import Chosen, StaffDocument
from app.estate.queries import buildings
from app.guard import subjects
from app.guard.commands import Held
from app.guard.posted import consent
from app.office.queries import profile
from app.web import menu
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/documents"
MEGABYTES = rules.LARGEST >> 20
pages = Blueprint("documents", __name__, template_folder="templates")
menu.register("staff", _l("Dokumenty"), "documents.index", "folder", 45, Can.SEE_DOCUMENTS, module="documents_office")
for further in ("document_folders", "document_batches"):
    menu.pages_of("documents_office", f"staff.{further}")
subjects.register("document", _l("Dokument"), HOME + "/{}")


@pages.get("/documents")
@needs(Can.SEE_DOCUMENTS)
def index() -> str:
    chosen = Chosen(
        request.args.get("folder", ""),
        request.args.get("state") if request.args.get("state") in rules.STATES else None,
        request.args.get("access") if request.args.get("access") in rules.ACCESS else None,
        request.args.get("q", "")[:200],
    )
    asked = {"q": chosen.typed, "folder": chosen.folder, "state": chosen.state or "", "access": chosen.access or ""}
    may_change = Can.MANAGE_DOCUMENTS in actor().can
    return render(
        "documents/office_list.html",
        page=office.documents(actor(), chosen, page_number(request.args.get("page"))),
        page_url=f"{HOME}?{urlencode({**asked, 'page': ''})}",
        chosen=asked,
        narrowed=any(asked.values()),
        folders=office.tree(actor()),
        states=list(rules.STATES.items()),
        access=list(rules.ACCESS.items()),
        lacking=office.lacking(actor()) if profile().kind == "cooperative" else [],
        may_change=may_change,
        may_folders=may_change and actor().buildings is None,
    )


@pages.route("/documents/new", methods=["GET", "POST"])
@needs(Can.MANAGE_DOCUMENTS)
@accepts_upload(MEGABYTES + 1)
def new() -> Any:
    values = {"folder": request.args.get("folder", ""), "access": "units" if actor().buildings is not None else None}
    form = _prepared(filled(DocumentForm, form_key=new_public_id(), **{k: v for k, v in values.items() if v}))
    if request.method != "POST":
        return _form_page(form, None)
    try:
        public_id = saving.create(actor(), form.wish(), _file(), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(form, None, refusal), refusal.status
    flash(_("Zapisano szkic. Sprawdź go i opublikuj."), "success")
    return see_other(f"{HOME}/{public_id}")


@pages.get("/documents/<document>")
@needs(Can.SEE_DOCUMENTS)
def show(document: str) -> str:
    return _page(document)


@pages.get("/documents/<document>/state")
@needs(Can.SEE_DOCUMENTS)
def state(document: str) -> str:
    return render("documents/_publish.html", fragment=True, **_publishing(office.document(actor(), document)))


@pages.route("/documents/<document>/edit", methods=["GET", "POST"])
@needs(Can.MANAGE_DOCUMENTS)
def edit(document: str) -> Any:
    found = office.document(actor(), document)
    if not found.changeable:
        raise NotThere("")
    form = _prepared(filled(DocumentForm, **_values(found)))
    if request.method != "POST":
        return _form_page(form, found)
    try:
        anew = saving.change(actor(), document, form.wish())
    except NotThere:
        raise
    except Refused as refusal:
        return _form_page(form, found, refusal), refusal.status
    if anew:
        flash(_("Zapisano. Dokument jest teraz szkicem: sprawdź go i opublikuj ponownie."), "warning")
    else:
        flash(_("Zapisano."), "success")
    return see_other(f"{HOME}/{document}")


@pages.post("/documents/<document>/versions")
@needs(Can.MANAGE_DOCUMENTS)
@accepts_upload(MEGABYTES + 1)
def add_version(document: str) -> Any:
    def done() -> str:
        note = line(request.form.get("version_note"), "version_note", rules.REASON_LENGTH)
        if saving.add_version(actor(), document, _file(), note):
            return _("Dodano wersję. Widać ją od razu.")
        return _("Dodano wersję. Sprawdź ją i opublikuj.")

    return _deed(document, done, "version")


@pages.post("/documents/<document>/publish")
@needs(Can.MANAGE_DOCUMENTS)
def publish(document: str) -> Any:
    def done() -> str:
        publishing.publish(actor(), document, consent())
        return _("Opublikowano. Kto może zobaczyć dokument, zostanie o nim zawiadomiony.")

    return _deed(document, done, "publish")


@pages.post("/documents/<document>/withdraw")
@needs(Can.MANAGE_DOCUMENTS)
def withdraw(document: str) -> Any:
    def done() -> str:
        publishing.withdraw(actor(), document, request.form.get("reason"))
        return _("Wycofano. Nikt poza biurem nie zobaczy już tego dokumentu.")

    return _deed(document, done, "withdraw")


@pages.post("/documents/<document>/reopen")
@needs(Can.MANAGE_DOCUMENTS)
def reopen(document: str) -> Any:
    def done() -> str:
        publishing.reopen(actor(), document)
        return _("Dokument jest znów szkicem.")

    return _deed(document, done, "reopen")


@pages.post("/documents/<document>/discard")
@needs(Can.MANAGE_DOCUMENTS)
def discard(document: str) -> Any:
    try:
        publishing.discard(actor(), document)
    except NotThere:
        raise
    except Refused as refusal:
        return _page(document, refusal, "discard"), refusal.status
    flash(_("Usunięto szkic."), "success")
    return see_other(HOME)


@pages.post("/documents/<document>/versions/<document_version>/withdraw")
@needs(Can.MANAGE_DOCUMENTS)
def withdraw_version(document: str, document_version: str) -> Any:
    def done() -> str:
        publishing.withdraw_version(actor(), document, document_version)
        return _("Wycofano tę wersję.")

    return _deed(document, done, "versions")


@pages.get("/documents/<document>/files/<document_version>")
@needs(Can.SEE_DOCUMENTS)
def download(document: str, document_version: str) -> Response:
    return serving.download(actor(), office.file(actor(), document, document_version))


@pages.get("/documents/<document>/pages/<document_version>/<page>")
@needs(Can.SEE_DOCUMENTS)
def picture(document: str, document_version: str, page: str) -> Response:
    return serving.page_picture(office.file(actor(), document, document_version), page)


@pages.get("/documents/<document>/fetches")
@needs(Can.SEE_DOCUMENTS)
def fetches(document: str) -> str:
    return render(
        "documents/office_fetches.html",
        document=office.document(actor(), document),
        counts=office.fetched(actor(), document),
        page=office.fetches(actor(), document, page_number(request.args.get("page"))),
        page_url=f"{HOME}/{document}/fetches?page=",
        base=HOME,
    )


def _deed(document: str, done: Callable[[], str], where: str) -> Any:
    """Do something to a document and look at it again; a refusal is told where it was asked for."""
    try:
        said = done()
    except NotThere:
        raise
    except Refused as refusal:
        return _page(document, refusal, where), refusal.status
    flash(said, "success")
    return see_other(f"{HOME}/{document}")


def _page(document: str, refusal: Refused | None = None, where: str = "") -> str:
    found = office.document(actor(), document)
    current = office.file(actor(), document, found.line.version)
    form = filled(WithdrawForm)
    sentence = refuse(form, refusal) if refusal and not isinstance(refusal, Held) else None
    return render(
        "documents/office_show.html",
        counts=office.fetched(actor(), document),
        form=form,
        sentence=sentence,
        where=where,
        guard=refusal.guard if isinstance(refusal, Held) else None,
        megabytes=MEGABYTES,
        folder=next((one.label for one in office.tree(actor()) if one.public_id == found.folder), None),
        **_publishing(found),
        **serving.pictured(current),
    )


def _publishing(found: StaffDocument) -> dict[str, Any]:
    address = f"{HOME}/{found.line.public_id}"
    return {"document": found, "here": address, "base": HOME,
            "state_url": f"{address}/state" if found.being_read else None}  # fmt: skip


def _file() -> Checked | None:
    given = posted("files", most=1, allowed=DOCUMENTS, largest=rules.LARGEST)
    return given[0] if given else None


def _prepared(form: DocumentForm) -> DocumentForm:
    form.folder.choices = folder_choices()
    form.buildings.choices = [SelectChoice(code, label) for code, label in buildings(actor())]
    if actor().buildings is not None:
        form.access.choices = [one for one in form.access.choices if one.value in rules.TARGETS]
    return form


def folder_choices(empty: Any = None) -> list[SelectChoice]:
    """The folders as a list to choose from, the top first."""
    top = SelectChoice("", empty or _("– bez teczki –"))
    return [top, *(SelectChoice(one.public_id, one.label) for one in office.tree(actor()))]


def _values(found: StaffDocument) -> dict[str, Any]:
    codes = [code for code, _label in found.targets]
    line = found.line
    shown = {name: getattr(line, name) for name in ("title", "category", "number", "dated_on", "valid_from")}
    return shown | {
        "valid_until": line.valid_until,
        "note": found.note,
        "folder": found.folder or "",
        "access": line.access,
        line.access: codes if line.access == "buildings" else "\n".join(codes),
    }


def _form_page(form: DocumentForm, found: StaffDocument | None, refusal: Refused | None = None) -> str:
    return render(
        "documents/office_form.html",
        form=form,
        document=found,
        sentence=refuse(form, refusal) if refusal else None,
        files_error=refusal.message if refusal and refusal.field == "files" else None,
        here=f"{HOME}/{found.line.public_id}/edit" if found else f"{HOME}/new",
        back=f"{HOME}/{found.line.public_id}" if found else HOME,
        megabytes=MEGABYTES,
    )
