"""Letters about messages: the office gets a copy, the resident a word that there is an answer, a colleague their task.

All letters of one conversation name the same thread, so that mail programs keep them together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, text

from app.attachments.owners import owner
from app.core.actor import GRANTS, Can
from app.core.language import DEFAULT
from app.core.language import gettext as _
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.core.public_ids import new_public_id
from app.mailroom.addresses import address
from app.messages import rules
from app.messages.models import Message, MessageThread
from app.messages.promises import Conversations
from app.notifications import kinds
from app.notifications.commands import tell
from app.office import settings
from app.office.queries import profile
from app.outbox import letters
from app.outbox.carriers import mail_domain
from app.outbox.commands import post
from tenants.db import db

KIND = "messages"
REPLY = "reply"  # the prefix of the addresses at which residents' answers come in
OFFICE_REPLY = "office"  # and those of staff
letters.register(letters.Kind("message_copy", _l("Nowa wiadomość od mieszkańca"), lane="urgent"))
letters.register(letters.Kind("message_answer", _l("Biuro napisało do Ciebie"), topic=KIND, lane="urgent"))
letters.register(letters.Kind("message_arrived", _l("Nowa wiadomość w Twojej sprawie"), lane="urgent"))
letters.register(letters.Kind("message_assigned", _l("Sprawa mieszkańca dla Ciebie"), lane="urgent"))
letters.register(letters.Kind("message_left_out", _l("Nie wszystkie załączniki doszły do biura"), lane="urgent"))
kinds.register(
    kinds.Kind(
        KIND,
        _l("Wiadomości od biura"),
        _l("Biuro odpisało na Twoją wiadomość albo samo do Ciebie napisało."),
        order=30,
    )
)
owner(KIND, "SELECT file_id FROM message_files")
ANSWERING = sorted(role.value for role, rights in GRANTS.items() if Can.ANSWER_MESSAGES in rights)
_STAFF = text(
    "SELECT id, public_id, login, lower(email::text) AS email, locale FROM accounts WHERE status = 'active' "
    "AND role = ANY(:roles) AND email IS NOT NULL "
    "AND (id = :account OR lower(email::text) = lower(:office)) ORDER BY id"
)
_ADDRESS = text(
    "INSERT INTO message_staff_addresses (public_id, thread_id, account_id) VALUES (:public_id, :thread, :account) "
    "ON CONFLICT DO NOTHING"
)
_ADDRESS_OF = text(
    "SELECT public_id FROM message_staff_addresses WHERE thread_id = :thread AND account_id = :account"
)
_ACCOUNT = text("SELECT public_id, login, email::text AS email, locale FROM accounts WHERE id = :account")


def copy_to_office(thread: MessageThread, message: Message, files: list[str]) -> None:
    """What the resident wrote, to the office's own address, and to who deals with it if they may answer by mail.

    Answers go by the portal, or to an address of ours that is that person's alone: none of the resident's is named.
    """
    to = profile().email
    by_mail = settings.read(Conversations).staff_by_mail
    theirs = _may_answer(thread, to) if by_mail else None
    if theirs is not None and theirs.email != (to or "").lower():
        _tell_arrived(thread, message, files, theirs)
    if not to:
        return
    ours = theirs is not None and theirs.email == to.lower()
    post(
        "message_copy",
        rules.cause(message.public_id),
        "office",
        to,
        context={
            "who": message.author_name,
            "unit": thread.unit_code or "",
            "category": str(rules.CATEGORIES[thread.category]),
            "topic_line": thread.subject,
            "body_text": message.body,
            "files": files,
            "link": external(f"/admin/messages/{thread.public_id}"),
            "thread": _together(thread),
            **(_answerable(thread, theirs.id) if theirs is not None and ours else {}),
        },
        locale=DEFAULT,
    )


def _tell_arrived(thread: MessageThread, message: Message, files: list[str], to: Row[Any]) -> None:
    """Who deals with a conversation, what the resident has written; they may answer that letter."""
    post(
        "message_arrived",
        rules.cause(message.public_id),
        f"account:{to.public_id}",
        to.email,
        to.login,
        {
            "who": message.author_name,
            "unit": thread.unit_code or "",
            "topic_line": thread.subject,
            "body_text": message.body,
            "files": files,
            "link": external(f"/admin/messages/{thread.public_id}"),
            "thread": _together(thread),
            **_answerable(thread, to.id),
        },
        locale=to.locale or profile().locale,
    )


def _may_answer(thread: MessageThread, office: str | None) -> Row[Any] | None:
    """Who may answer a conversation by mail: who deals with it, else whose account has the office's own address."""
    found = db.session.execute(_STAFF, {"account": thread.assigned_to, "office": office, "roles": ANSWERING})
    return next((row for row in found if row.id == thread.assigned_to or thread.assigned_to is None), None)


def _answerable(thread: MessageThread, account_id: int) -> dict[str, Any]:
    """The part of a letter's context by which its reader, and nobody else, answers it."""
    given = {"thread": thread.id, "account": account_id, "public_id": new_public_id()}
    db.session.execute(_ADDRESS, given)
    public_id = db.session.execute(_ADDRESS_OF, given).scalar_one()
    return {"answers": True, "reply_to": address(OFFICE_REPLY, public_id), "subject": f"Re: {thread.subject}"}


def tell_resident(thread: MessageThread, message: Message) -> None:
    """That the office wrote. What it wrote is read in the portal, for an inbox may be shared, unless the manager
    wants it in the letter; where it takes answers by mail, an answer to the letter joins the conversation."""
    chosen = settings.read(Conversations)
    context: dict[str, Any] = {
        "subject": f"Re: {thread.subject}",
        "topic_line": thread.subject,
        "link": external(f"/messages/{thread.public_id}"),
        "thread": _together(thread),
        "answers": chosen.answers_by_mail,
    }
    if chosen.answers_by_mail:
        context["reply_to"] = address(REPLY, thread.public_id)
    if chosen.text_in_mail:
        context["body_text"] = message.body
    tell(KIND, rules.cause(message.public_id), thread.account_id, "message_answer", context)


def tell_assigned(thread: MessageThread, account_id: int) -> None:
    """A colleague, that a conversation is theirs now. Each time anew: it may have been somebody else's meanwhile."""
    row = db.session.execute(_ACCOUNT, {"account": account_id}).one()
    if not row.email:
        return
    post(
        "message_assigned",
        f"assigned:{thread.public_id}:{thread.last_at.isoformat()}",
        f"account:{row.public_id}",
        row.email,
        row.login,
        {
            "topic_line": thread.subject,
            "category": str(rules.CATEGORIES[thread.category]),
            "due_on": f"{thread.due_on:%d.%m.%Y}" if thread.due_on else "",
            "link": external(f"/admin/messages/{thread.public_id}"),
            "thread": _together(thread),
            **(_answerable(thread, account_id) if settings.read(Conversations).staff_by_mail else {}),
        },
        locale=row.locale or profile().locale,
    )


def tell_left_out(thread: MessageThread, message: Message, left_out: list[dict[str, str]]) -> None:
    """The resident who answered by mail, that some files were not taken, and why."""
    row = db.session.execute(_ACCOUNT, {"account": thread.account_id}).one()
    post(
        "message_left_out",
        rules.cause(message.public_id),
        f"account:{row.public_id}",
        row.email,
        None,
        {
            "topic_line": thread.subject,
            "files": [each["why"] for each in left_out],
            "link": external(f"/messages/{thread.public_id}"),
            "thread": _together(thread),
        },
        locale=row.locale or profile().locale,
    )


def no_answers_by_mail() -> str:
    """What is said to whoever answers a letter where the manager does not take that."""
    return _("Biuro nie przyjmuje odpowiedzi e-mailem. Zaloguj się i odpisz w portalu.")


def _together(thread: MessageThread) -> str:
    return f"thread.{thread.public_id}@{mail_domain()}"
