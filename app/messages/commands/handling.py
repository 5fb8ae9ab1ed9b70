"""What staff do with a conversation besides answering: who deals with it, until when, and what came unverified."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import cast

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from app.accounts.models import Account
from app.core import audit
from app.core.actor import Actor
from app.core.clock import now, today
from app.core.errors import NotThere, Refused
from app.core.language import gettext as _
from app.messages import mails, promises, queries, rules
from app.messages.commands.writing import answered, await_answer, locked, may_answer
from app.messages.models import Message, MessageThread
from tenants.db import db

_READ = text(
    "UPDATE messages SET read_at = now() WHERE thread_id = (SELECT id FROM message_threads WHERE public_id = :thread) "
    "AND side = :side AND read_at IS NULL"
)


def set_state(actor: Actor, thread_id: str, state: str) -> None:
    """Say that a conversation is looked into (`working`), over (`closed`), or taken up again. Raises `NotThere`."""
    may_answer(actor)
    if state not in rules.STATES:
        raise NotThere("")
    thread = locked(actor, thread_id)
    if thread.state == state:
        return
    before, thread.state = thread.state, state
    if state not in rules.WAITING:
        thread.due_on = None
    elif thread.due_on is None:
        thread.due_on = promises.due(thread.category)
    if before == "closed":
        thread.reopened += 1
    audit.record(actor, "message.state", f"thread:{thread_id}", before={"state": before}, after={"state": state})


def take(actor: Actor, thread_id: str) -> None:
    """Say that the actor deals with a conversation. Raises `NotThere`."""
    may_answer(actor)
    _assign(actor, locked(actor, thread_id), actor.account_id, actor.login)


def handle(actor: Actor, thread_id: str, *, login: str, category: str, due_on: date | None) -> None:
    """Set who deals with a conversation (a login, or nobody), its category, and until when it is answered.

    Raises `Refused` with the field, `NotThere`.
    """
    may_answer(actor)
    thread, about = locked(actor, thread_id), rules.category(category)
    account = _colleague(actor, thread, login) if login else None
    if due_on and due_on != thread.due_on and not today() <= due_on <= today() + timedelta(days=366):
        raise Refused(_("Podaj dzień od dzisiaj, najwyżej za rok."), field="due_on")
    before = {"category": thread.category, "due_on": _iso(thread.due_on)}
    thread.category = about
    if thread.state in rules.WAITING:
        thread.due_on = due_on
    after = {"category": thread.category, "due_on": _iso(thread.due_on)}
    if before != after:
        audit.record(actor, "message.handled", f"thread:{thread_id}", before=before, after=after)
    _assign(actor, thread, account.id if account else None, account.login if account else None)


def accept(actor: Actor, message_id: str) -> str:
    """Staff vouch for what came by mail; returns the conversation's public id. Raises `NotThere`.

    It is the resident's then, or, where it came to the address of a member of staff, an answer of the office.
    """
    message, thread = _unverified(actor, message_id)
    if message.meant == "office":
        message.side, message.author_id = "office", actor.account_id
        message.author_name, thread.last_at = actor.name or actor.login, now()
        db.session.flush()
        answered(actor, thread, message)
    else:
        message.side, message.author_id = "resident", thread.account_id
        await_answer(actor, thread)
    audit.record(actor, "message.accepted", f"thread:{thread.public_id}", sender=message.from_address or "")
    return str(thread.public_id)


def drop(actor: Actor, message_id: str) -> str:
    """Put aside what came by mail and is not the resident's; nobody sees it any more. Raises `NotThere`."""
    message, thread = _unverified(actor, message_id)
    message.side = "dropped"
    audit.record(actor, "message.dropped", f"thread:{thread.public_id}", sender=message.from_address or "")
    return str(thread.public_id)


def mark_read(thread_id: str, side: str) -> None:
    """Note that the messages of the other `side` have been seen, in a transaction of its own; a failure is no loss."""
    with suppress(DBAPIError), cast(Engine, db.session.get_bind()).begin() as connection:
        connection.execute(_READ, {"thread": thread_id, "side": side})


def _assign(actor: Actor, thread: MessageThread, account_id: int | None, login: str | None) -> None:
    before, thread.assigned_to = thread.assigned_to, account_id
    if before == account_id:
        return
    audit.record(actor, "message.taken", f"thread:{thread.public_id}", after={"assigned_to": login})
    if account_id is not None and account_id != actor.account_id:
        mails.tell_assigned(thread, account_id)


def _colleague(actor: Actor, thread: MessageThread, login: str) -> Account:
    found = queries.colleague(actor, thread.id, login)
    if found is None:
        raise Refused(_("Wybierz osobę z listy."), field="login")
    account: Account = db.session.get_one(Account, found)
    return account


def _unverified(actor: Actor, message_id: str) -> tuple[Message, MessageThread]:
    may_answer(actor)
    thread = locked(actor, queries.thread_of_unverified(actor, message_id))
    message = db.session.query(Message).filter_by(public_id=message_id.replace("\0", "")).with_for_update().one()
    if message.side != "unverified":  # a colleague was faster
        raise NotThere("")
    return message, thread


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
