"""A resident's answer that comes by mail: into the conversation if it is theirs, before staff if nobody can tell."""

from __future__ import annotations

from sqlalchemy import Row, text

from app.attachments.checking import checked
from app.attachments.rules import LETTERS, Checked
from app.core import audit
from app.core.actor import Actor, Role, system
from app.core.errors import Refused
from app.core.language import gettext as _
from app.mailroom import reading, routes
from app.mailroom.folding import folded
from app.mailroom.routes import Arrival
from app.mailroom.rules import distrusted
from app.messages import mails, rules
from app.messages.commands.writing import add, await_answer
from app.messages.models import Message, MessageThread
from app.messages.promises import Conversations
from app.messages.queries.lines import WHO
from app.office import settings
from tenants.db import db

UNVERIFIED = "unverified"
MOST_FILES = 5
QUOTED_LENGTH = 20_000
_AUTHOR = text(
    "SELECT a.id, a.login, lower(a.email::text) AS email, a.status, a.role, a.person_code, "
    f"{WHO} AS who FROM accounts a WHERE a.id = :account"
)


def take_in(arrival: Arrival) -> str:
    """Add a letter to the conversation that its address names; returns `taken` or `unverified`.

    Raises `Refused` when there is no such conversation, the manager takes no answers by mail, or nothing was written;
    `TryLater` while files cannot be checked.
    """
    thread = (
        db.session.query(MessageThread).filter_by(public_id=arrival.subject).with_for_update().one_or_none()
    )  # fmt: skip
    if thread is None:
        raise Refused(_("Tej rozmowy już nie ma."))
    if not settings.fresh(Conversations).answers_by_mail:
        raise Refused(mails.no_answers_by_mail())
    author = db.session.execute(_AUTHOR, {"account": thread.account_id}).one()
    body, quoted = words_of(arrival)
    files, left_out = files_of(arrival)
    if not body and not files:
        raise Refused(_("W liście nie ma treści."))
    more: dict[str, object] = {
        "channel": "email",
        "quoted": quoted or None,
        "from_address": arrival.sender[:254],
        "left_out": left_out,
    }
    body = body or _("(bez treści)")
    if not _is_theirs(arrival, author):
        keep_apart(thread, arrival, body, files, more)
        return UNVERIFIED
    who = Actor("account", author.login, author.who, author.id, role=Role.RESIDENT, person_code=author.person_code)
    message = add(who, thread, "resident", body, files, "", **more)
    await_answer(who, thread)
    about = f"thread:{thread.public_id}"
    audit.record(who, "message.sent", about, category=thread.category, files=len(files), channel="email")
    mails.copy_to_office(thread, message, [file.name for file in files])
    if left_out:
        mails.tell_left_out(thread, message, left_out)
    return routes.TAKEN


def _is_theirs(arrival: Arrival, author: Row[tuple[object, ...]]) -> bool:
    is_open = author.status == "active" and author.role == Role.RESIDENT
    return bool(
        is_open and author.email and author.email == arrival.sender and not distrusted(arrival.message)
    )  # fmt: skip


def keep_apart(
    thread: MessageThread, arrival: Arrival, body: str, files: list[Checked], more: dict[str, object]
) -> Message:
    """Keep a letter in a conversation until staff have decided about it; no resident sees it."""
    name = " ".join(f"{arrival.sender_name} <{arrival.sender or '?'}>".split())
    last_at = thread.last_at
    message = add(system("mail"), thread, UNVERIFIED, body, files, "", **more)
    message.author_name, thread.last_at = name[:200], last_at
    about = f"thread:{thread.public_id}"
    audit.record(system("mail"), "message.unverified", about, sender=arrival.sender, files=len(files))
    return message


def words_of(arrival: Arrival) -> tuple[str, str]:
    """What was written, and what was quoted. A letter longer than a message may be goes on in what is folded."""
    fresh, quoted = folded(reading.text(arrival.message))
    if len(fresh) > rules.BODY_LENGTH:
        quoted = f"{fresh[rules.BODY_LENGTH :]}\n\n{quoted}"
        fresh = fresh[: rules.BODY_LENGTH].rstrip() + " […]"
    return fresh, quoted[:QUOTED_LENGTH].strip()


def files_of(arrival: Arrival) -> tuple[list[Checked], list[dict[str, str]]]:
    """Files that may be kept, and those that may not, each with a sentence. One bad file does not cost the letter."""
    kept: list[Checked] = []
    left_out: list[dict[str, str]] = []
    for found in reading.enclosures(arrival.message):
        try:
            if len(kept) >= MOST_FILES:
                raise Refused(_("Pliku „%(name)s” nie zapisaliśmy: to za dużo plików naraz.", name=found.name))
            kept.append(checked(found.name, found.content, LETTERS, rules.LARGEST_FILE * 2))
        except Refused as refusal:
            left_out.append({"name": found.name, "why": refusal.message})
    return kept, left_out[:20]


routes.register(mails.REPLY, take_in)
