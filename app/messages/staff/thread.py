"""One conversation as the office sees it: all that was written, an answer, a note."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request
from wtforms import DateField
from wtforms.fields.choices import SelectChoice

from app.attachments.serving import picture
from app.core.actor import Can
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.messages import commands, queries, rules
from app.messages.forms import AnswerForm, HandlingForm, NoteForm
from app.messages.posting import MEGABYTES, handed_out, uploads
from app.messages.staff.frame import HOME, pages, told
from app.web.audiences import accepts_upload, needs
from app.web.forms import filled
from app.web.pages import render, see_other
from app.web.visitor import actor


@pages.get("/messages/<thread>")
@needs(Can.SEE_MESSAGES)
def thread(thread: str) -> str:
    """A conversation. `template` begins the answer with a ready one."""
    chosen = request.args.get("template", "")
    words = ""
    if chosen and Can.ANSWER_MESSAGES in actor().can:
        ready = queries.template(actor(), chosen)
        words = rules.filled(ready.body, queries.field_values(actor(), thread))
    return thread_page(thread, filled(AnswerForm, form_key=new_public_id(), body=words), chosen=chosen)


@pages.post("/messages/<thread>")
@needs(Can.ANSWER_MESSAGES)
@accepts_upload(MEGABYTES)
def answer(thread: str) -> Any:
    form = filled(AnswerForm)
    close = request.form.get("then") == "closed"
    try:
        commands.answer(
            actor(),
            thread,
            form.body.data or "",
            uploads(),
            form.form_key.data or "",
            close=close,
            seen=form.seen.data,
        )
    except NotThere:
        raise
    except Refused as refusal:
        return thread_page(thread, form, refusal), refusal.status
    flash(
        _("Odpowiedź została wysłana, a rozmowa zakończona.") if close else _("Odpowiedź została wysłana."), "success"
    )
    return see_other(f"{HOME}/{thread}")


@pages.post("/messages/<thread>/note")
@needs(Can.ANSWER_MESSAGES)
def note(thread: str) -> Any:
    form = filled(NoteForm)
    try:
        commands.note(actor(), thread, form.note.data or "", [], form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        refusal.field = "note"
        return thread_page(thread, filled_fresh(), refusal, note_form=form), refusal.status
    flash(_("Notatka została dodana. Mieszkaniec jej nie zobaczy."), "success")
    return see_other(f"{HOME}/{thread}")


@pages.get("/messages/files/<message_file>")
@needs(Can.SEE_MESSAGES)
def file(message_file: str) -> Response:
    return handed_out(queries.attachment(actor(), message_file))


@pages.get("/messages/files/<message_file>/picture")
@needs(Can.SEE_MESSAGES)
def file_picture(message_file: str) -> Response:
    found = queries.attachment(actor(), message_file)
    if found.file_id is None:
        raise NotThere("")
    return picture(found.file_id)


def filled_fresh() -> AnswerForm:
    """An answer that nobody has begun, also beside another form that was posted."""
    return AnswerForm(data={"form_key": new_public_id()})


def thread_page(
    public_id: str,
    form: AnswerForm,
    refusal: Refused | None = None,
    *,
    chosen: str = "",
    note_form: NoteForm | None = None,
    handling: HandlingForm | None = None,
) -> str:
    """The page of a conversation; one of its three forms may have been refused."""
    found = queries.thread(actor(), public_id)
    may_answer = Can.ANSWER_MESSAGES in actor().can
    if found.line.unread and may_answer:
        commands.mark_read(public_id, "resident")
    form.seen.data = found.seen
    refused_form = handling or note_form or form
    return render(
        "messages/office_thread.html",
        thread=found,
        form=form,
        note_form=note_form or NoteForm(data={"form_key": new_public_id()}),
        handling=handling_form(found, handling) if may_answer else None,
        handling_open=handling is not None,
        note_open=note_form is not None,
        refused_form=refused_form,
        here=f"{HOME}/{public_id}",
        may_answer=may_answer,
        templates=queries.templates(actor(), found.line.category) if may_answer else [],
        chosen=chosen,
        account_url=f"/admin/accounts/{found.account}" if Can.MANAGE_ACCOUNTS in actor().can else None,
        **told(refused_form, refusal),
    )


def handling_form(found: queries.Thread, given: HandlingForm | None = None) -> HandlingForm:
    """Who, what and until when, with the colleagues who could deal with it."""
    line = found.line
    form = given or HandlingForm(data={"login": line.assigned or "", "category": line.category, "due_on": line.due_on})
    logins = queries.colleagues(actor(), queries.thread_row(actor(), line.public_id))
    if line.assigned and line.assigned not in logins:
        logins = [line.assigned, *logins]
    form.login.choices = [SelectChoice("", _("nikt")), *(SelectChoice(login, login) for login in logins)]
    form.category.choices = [SelectChoice(key, str(label)) for key, label in rules.CATEGORIES.items()]
    assert isinstance(form.due_on, DateField)
    return form
