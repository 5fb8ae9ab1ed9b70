"""Writing to the office and answering. The same form sent twice is one message."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import cast

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Account
from app.accounts.queries import unit_codes
from app.accounts.rules import TooMany, normal_form
from app.core import audit, throttle
from app.core.actor import Actor, Can, Role
from app.core.clock import now, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.core.public_ids import new_public_id
from app.gateways import files as storage
from app.messages import mails, queries, rules
from app.messages.models import Message, MessageFile, MessageThread
from app.messages.rules import Upload
from tenants.bound import current
from tenants.db import db

PLACE = "messages"
_READ = text(
    "UPDATE messages SET read_at = now() WHERE thread_id = (SELECT id FROM message_threads WHERE public_id = :thread) "
    "AND side = :side AND read_at IS NULL"
)


def write(
    actor: Actor, *, subject: str, category: str, body: str, unit: str | None, files: list[Upload], form_key: str
) -> str:
    """A resident begins a conversation; returns its public id. Raises `Refused` with the field, `TooMany`."""
    if not actor.is_resident or actor.account_id is None:
        raise NotThere("")
    line, content, about = rules.subject(subject), rules.body(body), rules.category(category)
    if unit and unit not in unit_codes(actor, today()):
        raise Refused(_("Wybierz lokal z listy."), field="unit")
    known = _known(actor, form_key)
    if known:
        return known
    _count(actor)
    thread = MessageThread(account_id=actor.account_id, unit_code=unit or None, category=about, subject=line)
    db.session.add(thread)
    db.session.flush()
    message = _add(actor, thread, "resident", content, files, form_key)
    audit.record(actor, "message.sent", f"thread:{thread.public_id}", category=about, files=len(files))
    mails.copy_to_office(thread, message, [file.name for file in files])
    return str(thread.public_id)


def reply(actor: Actor, thread_id: str, body: str, files: list[Upload], form_key: str) -> None:
    """A resident writes on in a conversation of theirs, which then waits for an answer. Raises `Refused`, `TooMany`."""
    if not actor.is_resident:
        raise NotThere("")
    thread, content = _locked(actor, thread_id), rules.body(body)
    if _known(actor, form_key):
        return
    _count(actor)
    message = _add(actor, thread, "resident", content, files, form_key)
    thread.state = "new"
    audit.record(actor, "message.sent", f"thread:{thread_id}", category=thread.category, files=len(files))
    mails.copy_to_office(thread, message, [file.name for file in files])


def answer(actor: Actor, thread_id: str, body: str, files: list[Upload], form_key: str) -> None:
    """The office answers; the resident is told. Raises `Refused`, `NotThere`."""
    _may_answer(actor)
    thread, content = _locked(actor, thread_id), rules.body(body)
    if _known(actor, form_key):
        return
    message = _add(actor, thread, "office", content, files, form_key)
    thread.state = "answered"
    if thread.assigned_to is None:
        thread.assigned_to = actor.account_id
    audit.record(actor, "message.answered", f"thread:{thread_id}", files=len(files))
    mails.tell_resident(thread, message)


def start(
    actor: Actor, login: str, *, subject: str, category: str, body: str, files: list[Upload], form_key: str
) -> str:
    """The office writes first, to the resident with this login; returns the public id. Raises `Refused`."""
    _may_answer(actor)
    line, content, about = rules.subject(subject), rules.body(body), rules.category(category)
    account = _resident(actor, login)
    known = _known(actor, form_key)
    if known:
        return known
    thread = MessageThread(
        account_id=account.id, category=about, subject=line, state="answered", assigned_to=actor.account_id
    )
    db.session.add(thread)
    db.session.flush()
    message = _add(actor, thread, "office", content, files, form_key)
    audit.record(actor, "message.started", f"thread:{thread.public_id}", to=account.login, files=len(files))
    mails.tell_resident(thread, message)
    return str(thread.public_id)


def set_state(actor: Actor, thread_id: str, state: str) -> None:
    """Close a conversation, or take it up again (`new`, `answered`). Raises `NotThere`."""
    _may_answer(actor)
    if state not in rules.STATES:
        raise NotThere("")
    thread = _locked(actor, thread_id)
    if thread.state != state:
        before, thread.state = thread.state, state
        audit.record(actor, "message.state", f"thread:{thread_id}", before={"state": before}, after={"state": state})


def take(actor: Actor, thread_id: str) -> None:
    """Say that the actor deals with a conversation. Raises `NotThere`."""
    _may_answer(actor)
    thread = _locked(actor, thread_id)
    before, thread.assigned_to = thread.assigned_to, actor.account_id
    if before != actor.account_id:
        audit.record(actor, "message.taken", f"thread:{thread_id}", after={"assigned_to": actor.login})


def mark_read(thread_id: str, side: str) -> None:
    """Note that the messages of the other `side` have been seen, in a transaction of its own; a failure is no loss."""
    with suppress(DBAPIError), cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_READ, {"thread": thread_id, "side": side})


def _add(actor: Actor, thread: MessageThread, side: str, body: str, files: list[Upload], form_key: str) -> Message:
    message = Message(
        thread_id=thread.id,
        side=side,
        author_id=actor.account_id,
        author_name=actor.name or actor.login,
        body=body,
        form_key=form_key[:64] or None,
    )
    db.session.add(message)
    thread.last_at = now()
    db.session.flush()
    for file in files:
        row = MessageFile(message_id=message.id, name=file.name, content_type=file.content_type)
        row.public_id = new_public_id()
        stored = storage.files().put(storage.key(PLACE, row.public_id), BytesIO(file.content))
        row.size, row.sha256 = stored.size, stored.sha256
        db.session.add(row)
    return message


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


def _locked(actor: Actor, thread_id: str) -> MessageThread:
    found = queries.thread_row(actor, thread_id)
    thread: MessageThread = db.session.get_one(MessageThread, found, with_for_update=True)
    return thread


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


def _may_answer(actor: Actor) -> None:
    if not actor.may(Can.ANSWER_MESSAGES):
        raise NotThere("")
