"""Announcements for staff: the list, one with what became of it, publishing and taking back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from flask import Response, flash, request

from app.announcements import commands, markup, notice, queries, rules
from app.announcements.commands import publishing
from app.announcements.editing import HOME, pages, shown_pictures
from app.announcements.forms import PublicationForm, TemplateForm, version
from app.announcements.queries import readers
from app.attachments import contents
from app.attachments.rules import named
from app.attachments.serving import WIDTHS, handed_out, picture
from app.audience import queries as audiences
from app.audience.rules import audience
from app.core.actor import Can
from app.core.clock import now
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import Page, page_number
from app.guard.checking import look
from app.guard.commands import Held, Shown
from app.guard.posted import consent
from app.guard.rules import Finding
from app.outbox.letters import MAILOUTS
from app.web import menu
from app.web.audiences import needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

if TYPE_CHECKING:
    from app.announcements.models import Announcement

menu.register("staff", _l("Ogłoszenia"), "announcements.index", "bell", 35, Can.SEE_MAILOUTS)


@pages.get("/announcements")
@needs(Can.SEE_MAILOUTS)
def index() -> str:
    view = request.args.get("view", "all")
    view = view if view in queries.VIEWS else "all"
    found = queries.announcements(actor(), view, page_number(request.args.get("page")))
    names = audiences.names(actor())
    rows = [{"one": row, "label": audience(row.audience).label(names)} for row in found.rows]
    return render(
        "announcements/list.html",
        page=Page(rows, found.number, found.size, found.total),
        page_url=f"{HOME}?{urlencode({'view': view, 'page': ''})}",
        view=view,
        home=HOME,
        may_write=Can.SEND_MAILOUTS in actor().can,
    )


@pages.get("/announcements/<announcement>")
@needs(Can.SEE_MAILOUTS)
def show(announcement: str) -> str:
    row = queries.row(actor(), announcement)
    form = filled(PublicationForm, version=str(row.version))
    if row.publish_at is not None and row.state == "scheduled":
        form = filled(PublicationForm, version=str(row.version), when="later")
    return _page(row, form)


@pages.post("/announcements/<announcement>/publish")
@needs(Can.SEND_MAILOUTS)
def publish(announcement: str) -> Any:
    form = filled(PublicationForm)
    try:
        state = commands.publish(
            actor(), announcement, at=form.at(), version=version(form.version.data), consent=consent()
        )
    except NotThere:
        raise
    except Held as held:
        return _page(queries.row(actor(), announcement), form, guard=held.guard), held.status
    except Refused as refusal:
        sentence = refuse(form, refusal)
        return _page(queries.row(actor(), announcement), form, sentence=sentence), refusal.status
    flash(
        _("Ogłoszenie opublikowano.") if state == "published" else _("Ogłoszenie zaplanowano. Pojawi się samo."),
        "success",
    )
    return see_other(f"{HOME}/{quote(announcement)}")


@pages.post("/announcements/<announcement>/files/release")
@needs(Can.SEND_MAILOUTS)
def release(announcement: str) -> Any:
    try:
        commands.release(actor(), announcement, consent())
    except NotThere:
        raise
    except Refused as refusal:
        row = queries.row(actor(), announcement)
        around = {"guard": refusal.guard} if isinstance(refusal, Held) else {"sentence": refusal.message}
        return _page(row, PublicationForm(version=str(row.version)), **around), refusal.status
    flash(_("Mieszkańcy widzą już nowe pliki."), "success")
    return see_other(f"{HOME}/{quote(announcement)}")


@pages.post("/announcements/<announcement>/unschedule")
@needs(Can.SEND_MAILOUTS)
def unschedule(announcement: str) -> Any:
    commands.unschedule(actor(), announcement)
    flash(_("Ogłoszenie jest znowu szkicem."), "success")
    return see_other(f"{HOME}/{quote(announcement)}")


@pages.post("/announcements/<announcement>/withdraw")
@needs(Can.SEND_MAILOUTS)
def withdraw(announcement: str) -> Any:
    commands.withdraw(actor(), announcement)
    flash(_("Ogłoszenie wycofano. Mieszkańcy już go nie widzą."), "success")
    return see_other(f"{HOME}/{quote(announcement)}")


@pages.post("/announcements/<announcement>/delete")
@needs(Can.SEND_MAILOUTS)
def delete(announcement: str) -> Any:
    commands.delete(actor(), announcement)
    flash(_("Szkic usunięto."), "success")
    return see_other(HOME)


@pages.post("/announcements/<announcement>/template")
@needs(Can.SEND_MAILOUTS)
def keep_template(announcement: str) -> Any:
    form = filled(TemplateForm)
    try:
        commands.keep_template(actor(), announcement, form.name.data)
    except NotThere:
        raise
    except Refused as refusal:
        refuse(form, refusal)
        row = queries.row(actor(), announcement)
        fresh = PublicationForm(version=str(row.version))
        return _page(row, fresh, template_form=form), refusal.status
    flash(_("Zapisano szablon."), "success")
    return see_other(f"{HOME}/{quote(announcement)}")


@pages.get("/announcements/<announcement>/readers")
@needs(Can.SEE_MAILOUTS)
def who_read(announcement: str) -> str:
    row = queries.row(actor(), announcement)
    view = request.args.get("view", "all")
    view = view if view in readers.VIEWS else "all"
    found = readers.readers(actor(), row, view, page_number(request.args.get("page")))
    here = f"{HOME}/{quote(announcement)}/readers"
    return render(
        "announcements/readers.html",
        row=row,
        page=found,
        counts=readers.counts(actor(), row),
        view=view,
        here=here,
        page_url=f"{here}?{urlencode({'view': view, 'page': ''})}",
        back_url=f"{HOME}/{quote(announcement)}",
    )


@pages.get("/announcements/<announcement>/notice.pdf")
@needs(Can.SEE_MAILOUTS)
def paper(announcement: str) -> Response:
    row = queries.row(actor(), announcement)
    response = Response(notice.page(row, queries.files(row.id)), mimetype="application/pdf")
    name = quote(named(row.title[:60], "application/pdf"))
    response.headers["Content-Disposition"] = f"inline; filename*=UTF-8''{name}"
    return response


@pages.get("/announcements/<announcement>/files/<announcement_file>")
@needs(Can.SEE_MAILOUTS)
def file(announcement: str, announcement_file: str) -> Response:
    found = _file(announcement, announcement_file)
    return handed_out(found.file_id, found.name)


@pages.get("/announcements/<announcement>/pictures/<announcement_file>")
@needs(Can.SEE_MAILOUTS)
def preview(announcement: str, announcement_file: str) -> Response:
    found = _file(announcement, announcement_file)
    return picture(found.file_id, width=WIDTHS[0] if "small" in request.args else WIDTHS[-1])


@pages.get("/announcements/templates")
@needs(Can.SEND_MAILOUTS)
def templates() -> str:
    return render("announcements/templates.html", templates=queries.templates(actor()), home=HOME)


@pages.post("/announcements/templates/<announcement_template>/delete")
@needs(Can.SEND_MAILOUTS)
def delete_template(announcement_template: str) -> Any:
    commands.delete_template(actor(), announcement_template)
    flash(_("Szablon usunięto."), "success")
    return see_other(f"{HOME}/templates")


def _file(announcement: str, public_id: str) -> queries.StaffFile:
    row = queries.row(actor(), announcement)
    found = next((one for one in queries.files(row.id) if one.public_id == public_id), None)
    if found is None:
        raise NotThere(_("Nie ma takiego pliku."))
    return found


def _found(row: Announcement, waits: bool, files: bool) -> list[Finding]:
    """What the guard says of an announcement before it is published, or of new `files` of one that is."""
    said = publishing.words_of(row) if waits else {}
    if files:
        said |= publishing.words_in_files(row, waiting=not waits)
    return look(actor(), said) if said else []


def _page(row: Announcement, form: PublicationForm, **around: Any) -> str:
    files = queries.files(row.id)
    shown = shown_pictures(row.public_id, files)
    spoken = request.args.get("say", "pl")
    title, body, locale = rules.said_in(spoken, row.title, row.body, row.translations)
    chosen = audience(row.audience)
    may_write = Can.SEND_MAILOUTS in actor().can
    waits = row.state in ("draft", "scheduled") and may_write
    values: dict[str, Any] = {"guard": None, "sentence": None, "template_form": TemplateForm()} | around
    unseen = [one for one in files if waits or one.waits]
    being_read = bool(unseen) and may_write and contents.want([one.file_id for one in unseen])
    if values["guard"] is None and (found := _found(row, waits, bool(unseen) and not being_read)):
        values["guard"] = Shown(tuple(found))
    return render(
        "announcements/show.html",
        row=row,
        form=form,
        home=HOME,
        here=f"{HOME}/{quote(row.public_id)}",
        title=title,
        html=markup.html(body, shown),
        spoken=locale,
        spoken_in=["pl", *sorted(row.translations)],
        beside=[shown[number - 1] for number in markup.beside(body, len(shown))],
        files=[one for one in files if one.role == "attachment"],
        undescribed=sum(1 for one in files if one.role == "picture" and not one.words),
        label=chosen.label(audiences.names(actor())),
        reach=audiences.reach(actor(), chosen, MAILOUTS),
        audience_json=json.dumps(row.audience),
        counts=readers.counts(actor(), row),
        may_write=may_write,
        being_read=being_read,
        fresh=[one for one in files if one.waits],
        over=row.state == "published" and row.expires_at is not None and row.expires_at <= now(),
        tell=rules.TELL[row.tell],
        **values,
    )
