"""The office's side of conversations: who waits, one conversation, an answer, a first word to a resident."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request

from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.messages import commands, queries, rules
from app.messages.forms import OfficeMessageForm, ReplyForm
from app.messages.posting import MEGABYTES, handed_out, uploads
from app.web import menu
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

HOME = "/admin/messages"
pages = Blueprint("messages", __name__, template_folder="templates")
menu.register("staff", _l("Wiadomości"), "messages.index", "mail", 30, Can.SEE_MESSAGES)


@pages.get("/messages")
@needs(Can.SEE_MESSAGES)
def index() -> str:
    state = request.args.get("state") if request.args.get("state") in rules.STATES else None
    found = queries.threads(actor(), page_number(request.args.get("page")), queries.Wanted.of(state or ""))
    return render(
        "messages/queue.html",
        page=found,
        page_url=f"{HOME}?{urlencode({'state': state or '', 'page': ''})}",
        states=list(rules.STATES.items()),
        state=state or "",
        waiting=queries.waiting(actor()),
        new_url=f"{HOME}/new" if Can.ANSWER_MESSAGES in actor().can else None,
    )


@pages.get("/messages/new")
@needs(Can.ANSWER_MESSAGES)
def new() -> str:
    form = filled(OfficeMessageForm, form_key=new_public_id(), login=request.args.get("login", "")[:100])
    return _new_page(form)


@pages.post("/messages/new")
@needs(Can.ANSWER_MESSAGES)
@accepts_upload(MEGABYTES)
def start() -> Any:
    form = filled(OfficeMessageForm)
    try:
        public_id = commands.start(
            actor(),
            form.login.data or "",
            subject=form.subject.data or "",
            category=form.category.data or "",
            body=form.body.data or "",
            files=uploads(),
            form_key=form.form_key.data or "",
        )
    except NotThere:
        raise
    except Refused as refusal:
        return _new_page(form, refusal), refusal.status
    flash(_("Wiadomość została wysłana."), "success")
    return see_other(f"{HOME}/{public_id}")


@pages.get("/messages/<thread>")
@needs(Can.SEE_MESSAGES)
def thread(thread: str) -> str:
    return _thread_page(thread, filled(ReplyForm, form_key=new_public_id()))


@pages.post("/messages/<thread>")
@needs(Can.ANSWER_MESSAGES)
@accepts_upload(MEGABYTES)
def answer(thread: str) -> Any:
    form = filled(ReplyForm)
    try:
        commands.answer(actor(), thread, form.body.data or "", uploads(), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _thread_page(thread, form, refusal), refusal.status
    flash(_("Odpowiedź została wysłana."), "success")
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/<thread>/state")
@needs(Can.ANSWER_MESSAGES)
def state(thread: str) -> Any:
    commands.set_state(actor(), thread, request.form.get("state", ""))
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/<thread>/take")
@needs(Can.ANSWER_MESSAGES)
def take(thread: str) -> Any:
    commands.take(actor(), thread)
    return see_other(f"{HOME}/{thread}")


@pages.get("/messages/files/<message_file>")
@needs(Can.SEE_MESSAGES)
def file(message_file: str) -> Response:
    return handed_out(queries.attachment(actor(), message_file))


def _new_page(form: OfficeMessageForm, refusal: Refused | None = None) -> str:
    return render("messages/office_new.html", form=form, **_told(form, refusal))


def _thread_page(public_id: str, form: ReplyForm, refusal: Refused | None = None) -> str:
    found = queries.thread(actor(), public_id)
    may_answer = Can.ANSWER_MESSAGES in actor().can
    if found.line.unread and may_answer:
        commands.mark_read(public_id, "resident")
    return render(
        "messages/office_thread.html",
        thread=found,
        form=form,
        here=f"{HOME}/{public_id}",
        may_answer=may_answer,
        account_url=f"/admin/accounts/{found.account}" if Can.MANAGE_ACCOUNTS in actor().can else None,
        **_told(form, refusal),
    )


def _told(form: Any, refusal: Refused | None) -> dict[str, Any]:
    return {
        "sentence": refuse(form, refusal) if refusal else None,
        "files_error": refusal.message if refusal and refusal.field == "files" else None,
        "most": rules.MOST_FILES,
        "megabytes": rules.LARGEST_FILE >> 20,
    }
