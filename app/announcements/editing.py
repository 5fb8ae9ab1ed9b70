"""The editor of announcements: words, pictures, audience. What is saved is a draft until it is published."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from flask import Blueprint, flash, request

from app.announcements import commands, markup, queries, rules
from app.announcements.commands import publishing
from app.announcements.forms import AnnouncementForm, begun, written
from app.announcements.queries.listing import StaffFile
from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS, PICTURES, Checked
from app.audience import queries as audiences
from app.audience.forms import offer
from app.core.actor import Can
from app.core.errors import Conflict, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.guard.commands import Held
from app.guard.posted import consent
from app.outbox.letters import MAILOUTS
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

if TYPE_CHECKING:
    from app.announcements.models import Announcement

HOME = "/admin/announcements"
MEGABYTES = 60
pages = Blueprint("announcements", __name__, template_folder="templates")


@pages.get("/announcements/new")
@needs(Can.SEND_MAILOUTS)
def new() -> str:
    chosen = request.args.get("template")
    values = begun(queries.template(actor(), chosen)) if chosen else {}
    form = filled(AnnouncementForm, form_key=new_public_id(), **values)
    return _page(form)


@pages.post("/announcements/new")
@needs(Can.SEND_MAILOUTS)
@accepts_upload(MEGABYTES)
def create() -> Any:
    form = filled(AnnouncementForm)
    try:
        if request.form.get("action") == "count":
            return _page(form, reach=_reach(form))
        if request.form.get("action") == "preview":
            return _page(form, preview=markup.html(rules.checked_body(form.body.data)))
        pictures, files = _uploads()
        public_id = commands.write(actor(), form.draft(), (form.form_key.data or "")[:64] or None)
        if queries.row(actor(), public_id).version == 1:  # a second click brings the same files again
            _attach(public_id, pictures, files)
    except Refused as refusal:
        return _refused(form, refusal), refusal.status
    return _saved(public_id)


@pages.get("/announcements/<announcement>/edit")
@needs(Can.SEND_MAILOUTS)
def edit(announcement: str) -> str:
    row = _editable(announcement)
    return _page(filled(AnnouncementForm, **written(row)), row)


@pages.post("/announcements/<announcement>/edit")
@needs(Can.SEND_MAILOUTS)
@accepts_upload(MEGABYTES)
def save(announcement: str) -> Any:
    row = _editable(announcement)
    form = filled(AnnouncementForm)
    try:
        if request.form.get("action") == "count":
            return _page(form, row, reach=_reach(form))
        if request.form.get("action") == "preview":
            shown = markup.html(rules.checked_body(form.body.data), _pictures(row))
            return _page(form, row, preview=shown)
        pictures, files = _uploads()
        commands.change(actor(), announcement, form.draft(row if row.state == "published" else None), form.began_with())
        commands.describe(actor(), announcement, _words())
        commands.detach(actor(), announcement, request.form.getlist("remove"))
        _attach(announcement, pictures, files)
        if row.state != "draft":
            publishing.guard(actor(), row, consent())
    except Refused as refusal:
        return _refused(form, refusal, announcement), refusal.status
    return _saved(announcement)


@pages.post("/announcements/<announcement>/copy")
@needs(Can.SEND_MAILOUTS)
def copy(announcement: str) -> Any:
    public_id = commands.copy(actor(), announcement)
    flash(_("Utworzono szkic na podstawie tego ogłoszenia."), "success")
    return see_other(f"{HOME}/{quote(public_id)}/edit")


def _editable(public_id: str) -> Announcement:
    queries.check_right(actor())
    row = queries.row(actor(), public_id)
    if row.state == "withdrawn":
        raise Conflict(_("To ogłoszenie wycofano. Utwórz nowe na jego podstawie."))
    return row


def _uploads() -> tuple[list[Checked], list[Checked]]:
    pictures = posted("pictures", most=rules.MOST_PICTURES, allowed=PICTURES, largest=rules.LARGEST)
    return pictures, posted("files", most=rules.MOST_ATTACHMENTS, allowed=DOCUMENTS, largest=rules.LARGEST)


def _attach(public_id: str, pictures: list[Checked], files: list[Checked]) -> None:
    commands.attach(actor(), public_id, pictures, "picture")
    commands.attach(actor(), public_id, files, "attachment")


def _words() -> dict[str, str]:
    """What pictures show, by their public ids."""
    return {name[6:]: value for name, value in request.form.items() if name.startswith("words_")}


def _saved(public_id: str) -> Any:
    if request.form.get("action") == "stay":
        flash(_("Zapisano."), "success")
        return see_other(f"{HOME}/{quote(public_id)}/edit#pictures-head")
    return see_other(f"{HOME}/{quote(public_id)}")


def _reach(form: AnnouncementForm) -> audiences.Reach:
    return audiences.reach(actor(), audiences.checked(actor(), form.chosen()), MAILOUTS)


def _pictures(row: Announcement) -> list[markup.Picture]:
    return shown_pictures(row.public_id, queries.files(row.id))


def shown_pictures(public_id: str, files: list[StaffFile]) -> list[markup.Picture]:
    """The pictures of an announcement as staff's pages show them."""
    at = f"{HOME}/{quote(public_id)}/pictures"
    return [markup.Picture(f"{at}/{file.public_id}", file.words) for file in files if file.role == "picture"]


def _refused(form: AnnouncementForm, refusal: Refused, public_id: str | None = None) -> str:
    row = queries.row(actor(), public_id) if public_id else None
    if isinstance(refusal, Held):
        return _page(form, row, guard=refusal.guard)
    return _page(form, row, sentence=refuse(form, refusal))


def _page(form: AnnouncementForm, row: Announcement | None = None, **around: Any) -> str:
    offer(form, actor())
    address = f"{HOME}/{quote(row.public_id)}" if row else HOME
    files = queries.files(row.id) if row else []
    values: dict[str, Any] = {"reach": None, "preview": None, "guard": None, "sentence": None} | around
    return render(
        "announcements/edit.html",
        form=form,
        row=row,
        back_url=address,
        post_url=f"{address}/{'edit' if row else 'new'}",
        pictures=[file for file in files if file.role == "picture"],
        attachments=[file for file in files if file.role == "attachment"],
        templates=[] if row else queries.templates(actor()),
        **values,
    )
