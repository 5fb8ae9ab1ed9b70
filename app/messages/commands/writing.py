"""Writing to the office and answering. The same form sent twice is one message."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from app.accounts.models import Account
from app.accounts.queries import unit_codes
from app.accounts.rules import TooMany, normal_form
from app.attachments.commands import keep
from app.attachments.rules import Checked
from app.core import audit, events, throttle
from app.core.actor import Actor, Can, Role
from app.core.clock import now, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.messages import about as subjects
from app.messages import mails, promises, queries, rules
from app.messages.models import Message, MessageFile, MessageThread
from tenants.bound import current
from tenants.db import db

_NEWEST = text(
    "SELECT public_id FROM messages WHERE thread_id = :thread AND side IN ('resident', 'office') "
    "ORDER BY id DESC LIMIT 1"
)


def write(
    actor: Actor,
    *,
    subject: str,
    category: str,
    body: str,
    unit: str | None,
    files: list[Checked],
    form_key: str,
    about: str | None = None,
) -> str:
    """A resident begins a conversation; returns its public id. Raises `Refused` with the field, `TooMany`.

    `about` is a reference for `app.messages.about`; one that the resident may not see is left out.
    """
    if not actor.is_resident or actor.account_id is None:
        raise NotThere("")
    line, content, kind = rules.subject(subject), rules.body(body), rules.category(category)
    if unit and unit not in unit_codes(actor, today()):
        raise Refused(_("Wybierz lokal z listy."), field="unit")
    known = _known(actor, form_key)
    if known:
        return known
    _count(actor)
    thread = MessageThread(
        account_id=actor.account_id, unit_code=unit or None, category=kind, subject=line, due_on=promises.due(kind)
    )
    thread.about = about if subjects.card(actor, about) else None
    db.session.add(thread)
    db.session.flush()
    message = add(actor, thread, "resident", content, files, form_key)
    audit.record(actor, "message.sent", f"thread:{thread.public_id}", category=kind, files=len(files))
    mails.copy_to_office(thread, message, [file.name for file in files])
    return str(thread.public_id)


def reply(actor: Actor, thread_id: str, body: str, files: list[Checked], form_key: str) -> None:
    """A resident writes on in a conversation of theirs, which then waits for an answer. Raises `Refused`, `TooMany`."""
    if not actor.is_resident:
        raise NotThere("")
    thread, content = locked(actor, thread_id), rules.body(body)
    if _known(actor, form_key):
        return
    _count(actor)
    message = add(actor, thread, "resident", content, files, form_key)
    await_answer(actor, thread)
    audit.record(actor, "message.sent", f"thread:{thread_id}", category=thread.category, files=len(files))
    mails.copy_to_office(thread, message, [file.name for file in files])


def answer(
    actor: Actor,
    thread_id: str,
    body: str,
    files: list[Checked],
    form_key: str,
    *,
    close: bool = False,
    seen: str | None = None,
) -> None:
    """The office answers; the resident is told. `close` ends the conversation with it.

    `seen` is the public id of the newest message that the writer has read, if that must still be the newest. Raises
    `Refused`, `NotThere`.
    """
    may_answer(actor)
    thread, content = locked(actor, thread_id), _office_words(body)
    if _known(actor, form_key):
        return
    if seen and seen != db.session.execute(_NEWEST, {"thread": thread.id}).scalar():
        raise Refused(
            _("W tej rozmowie pojawiła się nowa wiadomość. Przeczytaj ją i wyślij odpowiedź jeszcze raz."), field="body"
        )
    message = add(actor, thread, "office", content, files, form_key)
    answered(actor, thread, message, close=close)
    audit.record(actor, "message.answered", f"thread:{thread_id}", files=len(files), closed=close)


def answer_now(actor: Actor, thread: MessageThread, body: str, files: list[Checked], **more: Any) -> Message:
    """The office answers, in a conversation that is locked, with what came by mail. Raises `Refused`."""
    message = add(actor, thread, "office", _office_words(body), files, "", **more)
    answered(actor, thread, message)
    return message


def answered(actor: Actor, thread: MessageThread, message: Message, *, close: bool = False) -> None:
    """A message of the office is an answer: the office owes none any more, and the resident is told."""
    thread.state, thread.due_on = ("closed" if close else "answered"), None
    if thread.assigned_to is None:
        thread.assigned_to = actor.account_id
    _tell(thread, message)


def start(
    actor: Actor,
    login: str,
    *,
    subject: str,
    category: str,
    body: str,
    files: list[Checked],
    form_key: str,
    unit: str | None = None,
) -> str:
    """The office writes first, to the resident with this login; returns the public id. Raises `Refused`.

    `unit` is one of the resident's.
    """
    may_answer(actor)
    line, content, about = rules.subject(subject), _office_words(body), rules.category(category)
    account = _resident(actor, login)
    code = (unit or "").replace("\0", "").strip()
    if code and code not in queries.units_of(actor, account.id):
        raise Refused(_("Ten mieszkaniec nie ma lokalu o takim kodzie."), field="unit")
    known = _known(actor, form_key)
    if known:
        return known
    thread = MessageThread(
        account_id=account.id,
        unit_code=code or None,
        category=about,
        subject=line,
        state="answered",
        assigned_to=actor.account_id,
    )
    db.session.add(thread)
    db.session.flush()
    message = add(actor, thread, "office", content, files, form_key)
    audit.record(actor, "message.started", f"thread:{thread.public_id}", to=account.login, files=len(files))
    _tell(thread, message)
    return str(thread.public_id)


def note(actor: Actor, thread_id: str, body: str, files: list[Checked], form_key: str) -> None:
    """An internal note (notatka), which no resident ever sees. Raises `Refused`, `NotThere`."""
    may_answer(actor)
    thread, content = locked(actor, thread_id), rules.body(body)
    if _known(actor, form_key):
        return
    last_at = thread.last_at
    add(actor, thread, "note", content, files, form_key)
    thread.last_at = last_at  # a resident would wonder what is new
    audit.record(actor, "message.noted", f"thread:{thread_id}", files=len(files))


def await_answer(actor: Actor, thread: MessageThread) -> None:
    """The resident has written: the office owes an answer, until the day that it promised when it began to owe it."""
    if thread.state == "closed":
        thread.reopened += 1
        audit.record(actor, "message.reopened", f"thread:{thread.public_id}")
    if thread.state not in rules.WAITING:
        thread.state, thread.due_on = "new", promises.due(thread.category)


def add(
    actor: Actor,
    thread: MessageThread,
    side: str,
    body: str,
    files: list[Checked],
    form_key: str,
    **more: Any,
) -> Message:
    """Add a message and its files to a conversation that is locked; `more` are further columns of the message."""
    message = Message(
        thread_id=thread.id,
        side=side,
        author_id=actor.account_id,
        author_name=actor.name or actor.login,
        body=body,
        form_key=form_key[:64] or None,
        **more,
    )
    db.session.add(message)
    thread.last_at = now()
    db.session.flush()
    for file in files:
        kept = keep(file)
        row = MessageFile(message_id=message.id, name=file.name, content_type=kept.content_type, file_id=kept.id)
        row.size, row.sha256 = kept.size, kept.sha256
        db.session.add(row)
    if side == "resident":
        events.happened("messages.received", thread=thread.public_id, message=message.public_id)
    return message


def locked(actor: Actor, thread_id: str) -> MessageThread:
    """A conversation that the actor may see, held until the end of the unit of work. Raises `NotThere`."""
    found = queries.thread_row(actor, thread_id)
    thread: MessageThread = db.session.get_one(MessageThread, found, with_for_update=True)
    return thread


def may_answer(actor: Actor) -> None:
    if not actor.may(Can.ANSWER_MESSAGES):
        raise NotThere("")


def _known(actor: Actor, form_key: str) -> str | None:
    """The conversation in which this form was taken before. Twins wait here until the first one is committed."""
    key = form_key[:64]
    if not key:
        return None
    turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, :author))")
    db.session.execute(turn, {"key": f"{current().id}:{key}", "author": actor.account_id or 0})
    found: str | None = db.session.execute(
        select(MessageThread.public_id)
        .join(Message, Message.thread_id == MessageThread.id)
        .where(Message.author_id == actor.account_id, Message.form_key == key)
    ).scalar()
    return found


def _resident(actor: Actor, login: str) -> Account:
    key = normal_form(login.replace("\0", ""))
    found = db.session.scalars(
        select(Account).where(Account.login_key == key, Account.role == Role.RESIDENT.value, Account.status == "active")
    ).one_or_none()
    if found is None or not queries.in_scope(actor, found.id):
        raise Refused(_("Nie ma takiego mieszkańca z czynnym kontem."), field="login")
    account: Account = found
    return account


def _count(actor: Actor) -> None:
    key = f"messages:{current().id}:{actor.account_id}"
    if throttle.count(key, rules.HOUR) > rules.HOURLY_LIMIT:
        seconds = throttle.wait({key: rules.HOURLY_LIMIT}, rules.HOUR)
        raise TooMany(_("Wysłano już dużo wiadomości. Spróbuj za godzinę albo zadzwoń do biura."), max(1, seconds))


def _office_words(body: str) -> str:
    """What the office says. A field that nobody filled must not reach a resident. Raises `Refused` on `body`."""
    content = rules.body(body)
    left = rules.unfilled(content)
    if left:
        named = ", ".join("{" + name + "}" for name in left)
        raise Refused(_("W treści zostały niewypełnione pola: %(fields)s.", fields=named), field="body")
    return content


def _tell(thread: MessageThread, message: Message) -> None:
    mails.tell_resident(thread, message)
    events.happened("messages.answered", thread=thread.public_id, message=message.public_id, account=thread.account_id)
