"""Wyślij wiadomość: a new letter, an answer, drafts."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, flash, request

from app.attachments.posted import posted
from app.attachments.rules import DOCUMENTS
from app.core.clock import today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.web.audiences import accepts_upload
from app.web.forms import filled, refuse
from app.web.pages import see_other
from app.web.visitor import actor
from app.works.access import Place, place
from app.works.frame import framed, may_send_files
from app.works.post import cards, rules
from app.works.post.commands import drafts, sending
from app.works.post.commands.sending import ACCOUNT, OUTSIDE, Attached, Draft
from app.works.post.forms import LetterForm
from app.works.post.queries import contacts, people, reading
from app.works.post.queries.reading import Thread
from app.works.rules import Right

MEGABYTES = (rules.LARGEST_TOGETHER >> 20) + 2
ROWS = 3  # places for files, each with a folder of its own
MOST_CONTACTS = 300
pages = Blueprint("works_writing", __name__, template_folder="templates")


@pages.get("/<site>/mail/new")
def new(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    if request.args.get("draft"):
        return _drafted(here, drafts.draft(here, request.args["draft"]))
    asked = request.args.get("card", "")
    wanted = cards.available(here) if asked == "1" else [asked] if asked in rules.CARDS else []
    to = [one[:60] for one in request.args.getlist("to")]
    return _new_page(here, filled(LetterForm, form_key=new_public_id(), cards=wanted, to=to))


@pages.post("/<site>/mail/new")
@accepts_upload(MEGABYTES, admits=may_send_files)
def send(site: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    form = filled(LetterForm)
    try:
        if "save" in request.form:
            return _save(here, form)
        made = sending.begin(actor(), here, _draft(form), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return _new_page(here, form, refusal), refusal.status
    return _gone(here, form, made.thread, made.letter)


@pages.post("/<site>/mail/<works_thread>")
@accepts_upload(MEGABYTES, admits=may_send_files)
def answer(site: str, works_thread: str) -> Any:
    here = place(actor(), site)
    here.must_work_here()
    found = reading.thread(here, works_thread)
    form = filled(LetterForm)
    try:
        if "save" in request.form:
            return _save(here, form, works_thread)
        made = sending.answer(actor(), here, works_thread, _draft(form), form.form_key.data or "")
    except NotThere:
        raise
    except Refused as refusal:
        return thread_page(here, found, form, refusal), refusal.status
    return _gone(here, form, made.thread, made.letter)


@pages.get("/<site>/mail/drafts")
def draft_list(site: str) -> str:
    here = place(actor(), site)
    return framed("post/drafts.html", here, drafts=drafts.drafts(here))


@pages.post("/<site>/mail/drafts/<works_draft>/remove")
def remove_draft(site: str, works_draft: str) -> Any:
    here = place(actor(), site)
    drafts.remove(here, works_draft)
    flash(_("Szkic został usunięty."), "success")
    return see_other(f"{here.url}/mail/drafts")


def reply_form(here: Place, found: Thread, content: dict[str, Any] | None = None, draft: str = "") -> LetterForm:
    """An empty answer to all who are in on the newest letter, or what a draft holds."""
    if content is not None:
        return _filled_from(content, draft)
    sent = [one for one in found.letters if one.state == "sent"]
    inside, outside = people.talkers(sent[-1].id) if sent else (set(), [])
    to = [f"{ACCOUNT}{one}" for one in sorted(inside)] + [f"{OUTSIDE}{address}" for _name, address in outside]
    return filled(LetterForm, form_key=new_public_id(), to=to)


def thread_page(here: Place, found: Thread, form: LetterForm, refusal: Refused | None = None) -> str:
    """A thread with the form of an answer below it."""
    names = people.names_outside(here, found.id)
    return framed(
        "post/thread.html",
        here,
        thread=found,
        may_invite=here.works_here and here.is_open and here.may(Right.INVITE),
        may_decide=here.may(Right.MANAGE) and here.is_open,
        may_write=here.works_here and here.is_open,
        me=here.author.account_id,
        day=today(),
        outside=[(address, name) for address, name in names.items()],
        **_values(here, form, refusal, found.id),
    )


def _new_page(here: Place, form: LetterForm, refusal: Refused | None = None) -> str:
    return framed("post/new.html", here, outside=[], **_values(here, form, refusal, None))


def _values(here: Place, form: LetterForm, refusal: Refused | None, thread_id: int | None) -> dict[str, Any]:
    known = people.people(here, thread_id)
    return {
        "form": form,
        "sentence": refuse(form, refusal) if refusal else None,
        "files_error": refusal.message if refusal and refusal.field == "files" else None,
        "had_files": bool(refusal) and any(request.files.values()),
        "people": known,
        "duties": people.duties(known),
        "contacts": [one for one in contacts.contacts(here, size=MOST_CONTACTS).rows if one.email],
        "sees_contacts": here.may(Right.SEE_CONTACTS),
        "cards": [(name, str(rules.CARDS[name])) for name in cards.available(here)],
        "chosen": set(form.to.data or ()),
        "chosen_cards": set(form.cards.data or ()),
        "folders": sending.folders_for_files(here),
        "rows": range(1, ROWS + 1),
        "most": rules.MOST_FILES,
    }


def _draft(form: LetterForm) -> Draft:
    if form.due_on.raw_data and form.due_on.raw_data[0].strip() and not isinstance(form.due_on.data, date):
        raise Refused(_("Podaj datę, np. 30.11.2026."), field="due_on")
    files: list[Attached] = []
    for row in range(1, ROWS + 1):
        folder = request.form.get(f"folder{row}", rules.GUESS)
        left = rules.MOST_FILES - len(files)
        try:
            given = posted(f"files{row}", most=left, allowed=DOCUMENTS, largest=rules.LARGEST_FILE)
        except Refused as refusal:
            raise Refused(refusal.message, field="files") from refusal
        files += [Attached(one, folder[:60]) for one in given]
    return Draft(
        to=tuple(form.to.data or ()),
        outside=form.outside.data or "",
        subject=form.subject.data or "",
        body=form.body.data or "",
        cards=tuple(form.cards.data or ()),
        due_on=form.due_on.data,
        files=tuple(files),
    )


def _save(here: Place, form: LetterForm, thread: str | None = None) -> Any:
    content = {name: form[name].data for name in ("subject", "body", "outside", "to", "cards")}
    content["due_on"] = form.due_on.data.isoformat() if isinstance(form.due_on.data, date) else ""
    drafts.save(here, content, thread, form.draft.data or None)
    flash(_("Szkic jest zapisany. Załączniki wybierzesz przy wysyłaniu."), "success")
    return see_other(f"{here.url}/mail/drafts")


def _drafted(here: Place, row: drafts.Kept) -> Any:
    if row.thread is None:
        return _new_page(here, _filled_from(row.content, row.public_id))
    found = reading.thread(here, row.thread)
    return thread_page(here, found, reply_form(here, found, row.content, row.public_id))


def _filled_from(content: dict[str, Any], draft: str) -> LetterForm:
    values = {name: content.get(name) for name in ("subject", "body", "outside", "to", "cards")}
    due_on = None
    with suppress(ValueError):
        due_on = date.fromisoformat(content.get("due_on") or "")
    return filled(LetterForm, form_key=new_public_id(), due_on=due_on, draft=draft, **values)


def _gone(here: Place, form: LetterForm, thread: str, letter: str) -> Any:
    if form.draft.data:
        drafts.remove(here, form.draft.data)
    flash(_("Wiadomość została wysłana."), "success")
    return see_other(f"{here.url}/mail/{thread}#{letter}")
