"""An answer of the office that a member of staff writes by mail, to the address that is theirs for a conversation."""

from __future__ import annotations

import re

from sqlalchemy import Row, text

from app.core import audit
from app.core.actor import Actor, Can, Role
from app.core.errors import Refused
from app.core.language import gettext as _
from app.mailroom import routes
from app.mailroom.routes import Arrival
from app.mailroom.rules import vouched
from app.messages import mails, queries
from app.messages.commands.arriving import UNVERIFIED, files_of, keep_apart, words_of
from app.messages.commands.writing import answer_now
from app.messages.models import MessageThread
from app.messages.promises import Conversations
from app.office import settings
from tenants.db import db

_OF = text(
    "SELECT s.thread_id, a.id, a.login, a.role, a.status, lower(a.email::text) AS email "
    "FROM message_staff_addresses s JOIN accounts a ON a.id = s.account_id WHERE s.public_id = :subject"
)
_QUOTED = re.compile(r"^\s*>|##-", re.MULTILINE)


def take_in(arrival: Arrival) -> str:
    """Make a letter the office's answer in the conversation that its address names; returns `taken` or `unverified`.

    It waits for a colleague when its sender is not that member of staff's own address, a server on the way doubts it,
    they may not answer this conversation any more, or what they quoted cannot be told from what they wrote: a resident
    must never read what was quoted. Raises `Refused` when there is no such conversation, the manager takes no answers
    of staff by mail, or nothing was written; `TryLater` while files cannot be checked.
    """
    found = db.session.execute(_OF, {"subject": arrival.subject}).one_or_none()
    thread = db.session.get(MessageThread, found.thread_id, with_for_update=True) if found else None
    if found is None or thread is None:
        raise Refused(_("Tej rozmowy już nie ma."))
    if not settings.fresh(Conversations).staff_by_mail:
        raise Refused(_("Zarządca nie przyjmuje odpowiedzi pracowników e-mailem. Zaloguj się i odpowiedz w portalu."))
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
    who = _who(found)
    if not _is_theirs(arrival, found, who, thread) or _QUOTED.search(body):
        message = keep_apart(thread, arrival, body or _("(bez treści)"), files, more)
        message.meant, message.author_id = "office", found.id
        return UNVERIFIED
    message = answer_now(who, thread, body or _("(bez treści)"), files, **more)
    audit.record(who, "message.answered", f"thread:{thread.public_id}", files=len(files), channel="email")
    return routes.TAKEN


def _who(found: Row[tuple[object, ...]]) -> Actor:
    may = frozenset({Can.SEE_MESSAGES, Can.ANSWER_MESSAGES})
    return Actor("account", found.login, found.login, found.id, role=Role(found.role), can=may)


def _is_theirs(arrival: Arrival, found: Row[tuple[object, ...]], who: Actor, thread: MessageThread) -> bool:
    if found.status != "active" or not found.email or found.email != arrival.sender or not vouched(arrival.message):
        return False
    still = queries.colleague(who, thread.id, found.login)  # their role, and the buildings they look after
    return still is not None and still == found.id


routes.register(mails.OFFICE_REPLY, take_in)
