"""Letters about messages: the office gets a copy, the resident a word that there is an answer."""

from __future__ import annotations

from app.core.language import DEFAULT
from app.core.language import lazy_gettext as _l
from app.core.links import external
from app.messages import rules
from app.messages.models import Message, MessageThread
from app.notifications import kinds
from app.notifications.commands import tell
from app.office.queries import profile
from app.outbox import letters
from app.outbox.commands import post

KIND = "messages"
letters.register(letters.Kind("message_copy", _l("Nowa wiadomość od mieszkańca"), lane="urgent"))
letters.register(letters.Kind("message_answer", _l("Biuro napisało do Ciebie"), topic=KIND, lane="urgent"))
kinds.register(
    kinds.Kind(
        KIND,
        _l("Wiadomości od biura"),
        _l("Biuro odpisało na Twoją wiadomość albo samo do Ciebie napisało."),
        order=30,
    )
)


def copy_to_office(thread: MessageThread, message: Message, files: list[str]) -> None:
    """What the resident wrote, to the office's own address. Answers go by the portal: no address of theirs is named."""
    address = profile().email
    if not address:
        return
    post(
        "message_copy",
        rules.cause(message.public_id),
        "office",
        address,
        context={
            "who": message.author_name,
            "unit": thread.unit_code or "",
            "category": str(rules.CATEGORIES[thread.category]),
            "topic_line": thread.subject,
            "body_text": message.body,
            "files": files,
            "link": external(f"/admin/messages/{thread.public_id}"),
        },
        locale=DEFAULT,
    )


def tell_resident(thread: MessageThread, message: Message) -> None:
    """That the office wrote. The text itself is read in the portal: an inbox may be shared."""
    tell(
        KIND,
        rules.cause(message.public_id),
        thread.account_id,
        "message_answer",
        {"topic_line": thread.subject, "link": external(f"/messages/{thread.public_id}")},
    )
