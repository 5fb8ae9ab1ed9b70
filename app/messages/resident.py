"""Napisz do nas: a resident's conversations with the office."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, flash, request
from wtforms.fields.choices import SelectChoice

from app.accounts.holdings import holdings
from app.accounts.switching import Switch, switch
from app.attachments.serving import picture
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.language import ngettext
from app.core.paging import page_number
from app.core.public_ids import new_public_id
from app.messages import about as subjects
from app.messages import commands, promises, queries, rules
from app.messages.forms import MessageForm, ReplyForm
from app.messages.posting import MEGABYTES, handed_out, uploads
from app.web import audiences, menu
from app.web.audiences import accepts_upload
from app.web.forms import filled, refuse
from app.web.pages import render, see_other
from app.web.visitor import actor

NEW, HISTORY = "/messages", "/messages/history"
pages = Blueprint("messages", __name__, template_folder="templates")
menu.register(
    "resident",
    _l("Napisz do nas"),
    "messages.new",
    "pen",
    60,
    module="messages",
    shown=lambda who: who.watcher is None,
    count=queries.unread,
)
audiences.private(pages.name)  # letters are their writer's, and to open them marks them as read


@pages.get(NEW)
def new() -> str:
    chosen = switch(holdings(actor(), today()))
    form = filled(
        MessageForm,
        form_key=new_public_id(),
        unit=chosen.unit.code if chosen.unit else "",
        category=request.args.get("category", "charges"),
        subject=request.args.get("subject", "")[: rules.SUBJECT_LENGTH],
        about=request.args.get("about", "")[: subjects.LONGEST],
    )
    return _new_page(form, chosen)


@pages.post(NEW)
@accepts_upload(MEGABYTES)
def send() -> Any:
    form = filled(MessageForm)
    try:
        commands.write(
            actor(),
            subject=form.subject.data or "",
            category=form.category.data or "",
            body=form.body.data or "",
            unit=form.unit.data,
            files=uploads(),
            form_key=form.form_key.data or "",
            about=form.about.data,
        )
    except Refused as refusal:
        if isinstance(refusal, NotThere):
            raise
        return _new_page(form, switch(holdings(actor(), today())), refusal), refusal.status
    flash(_sent_words(form.category.data or ""), "success")
    return see_other(HISTORY)


@pages.get(HISTORY)
def history() -> str:
    chosen = switch(holdings(actor(), today()))
    wanted = queries.Wanted.of("", search=request.args.get("q", ""))
    found = queries.threads(actor(), page_number(request.args.get("page")), wanted)
    page_url = f"{HISTORY}?{urlencode({'q': wanted.search, 'page': ''})}"
    return render("messages/history.html", page=found, page_url=page_url, search=wanted.search, **_frame(chosen))


@pages.get("/messages/<thread>")
def thread(thread: str) -> str:
    return _thread_page(thread, filled(ReplyForm, form_key=new_public_id()))


@pages.post("/messages/<thread>")
@accepts_upload(MEGABYTES)
def reply(thread: str) -> Any:
    form = filled(ReplyForm)
    try:
        commands.reply(actor(), thread, form.body.data or "", uploads(), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _thread_page(thread, form, refusal), refusal.status
    flash(_("Wiadomość została wysłana."), "success")
    return see_other(f"/messages/{thread}")


@pages.get("/messages/files/<message_file>")
def file(message_file: str) -> Response:
    return handed_out(queries.attachment(actor(), message_file))


@pages.get("/messages/files/<message_file>/picture")
def file_picture(message_file: str) -> Response:
    found = queries.attachment(actor(), message_file)
    if found.file_id is None:
        raise NotThere("")
    return picture(found.file_id)


def _sent_words(category: str) -> str:
    day = f"{promises.due(category):%d.%m.%Y}"
    return _("Wiadomość została wysłana. Odpowiemy do %(day)s, odpowiedź znajdziesz w historii.", day=day)


def _promised() -> str:
    """Until when the office answers, so that people know before they write: as a rule, and what is different."""
    days = promises.all_promises()
    rule = Counter(days.values()).most_common(1)[0][0]
    sentences = [
        ngettext("Odpowiadamy w ciągu %(num)d dnia roboczego.", "Odpowiadamy w ciągu %(num)d dni roboczych.", rule)
    ]
    for category, other in days.items():
        if other != rule:
            what = str(rules.CATEGORIES[category])
            sentences.append(
                ngettext(
                    "%(what)s: w ciągu %(num)d dnia roboczego.",
                    "%(what)s: w ciągu %(num)d dni roboczych.",
                    other,
                    what=what,
                )
            )
    return " ".join(sentences)


def _new_page(form: MessageForm, chosen: Switch, refusal: Refused | None = None) -> str:
    choices = [SelectChoice(choice.code, choice.label) for choice in chosen.units]
    form.unit.choices = [*choices, SelectChoice("", _("nie dotyczy lokalu"))]
    return render(
        "messages/new.html",
        form=form,
        promised=_promised(),
        about=subjects.card(actor(), form.about.data),
        sentence=refuse(form, refusal) if refusal else None,
        files_error=_files_error(refusal),
        most=rules.MOST_FILES,
        megabytes=rules.LARGEST_FILE >> 20,
        **_frame(chosen),
    )


def _thread_page(public_id: str, form: ReplyForm, refusal: Refused | None = None) -> str:
    found = queries.thread(actor(), public_id)
    if found.line.unread:
        commands.mark_read(public_id, "office")
    return render(
        "messages/thread.html",
        thread=found,
        form=form,
        sentence=refuse(form, refusal) if refusal else None,
        files_error=_files_error(refusal),
        most=rules.MOST_FILES,
        megabytes=rules.LARGEST_FILE >> 20,
        **_frame(switch(holdings(actor(), today()))),
    )


def _files_error(refusal: Refused | None) -> str | None:
    return refusal.message if refusal and refusal.field == "files" else None


def _frame(chosen: Switch) -> dict[str, Any]:
    labels = {NEW: _("Napisz do nas e-mail"), HISTORY: _("Historia wysłanych e-mail")}
    return {"units": chosen.units, "tabs": chosen.tabs(labels)}
