"""How a row leaves: by mail or as a text message. Nothing is sent before `hand_over`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Protocol

from app.core.letter import Attachment, Delivery, Sender
from app.core.links import external
from app.core.runtime import settings
from app.gateways import gsm
from app.gateways.mail import Mailer
from app.gateways.mime import compose
from app.gateways.sms import Gateway, Message
from app.mailroom.addresses import address
from app.office.queries import Office
from app.outbox import letters
from app.outbox.attaching import Kept, attached
from app.outbox.queue import Item
from app.outbox.rendering import rendered, rendered_sms
from app.outbox.texting import SmsRules
from app.outbox.tokens import confirm_token, unsubscribe_token
from tenants.bound import current
from tenants.db import db

BOUNCE = "bounce"  # the prefix of addresses to which letters come back


class Carrier(Protocol):
    """One channel. `written` may raise `BadAddress` or any mistake of a template; the others what a gateway raises."""

    @property
    def channel(self) -> str: ...

    def written(self, item: Item, context: dict[str, Any]) -> Any:
        """What `hand_over` takes."""

    def open(self) -> None:
        """Connect, if that is not done with each message. Raises `ServerDown`."""

    def offer(self, item: Item, message: Any) -> None:
        """Ask whether it would be taken, as far as that can be asked."""

    def hand_over(self, message: Any) -> str | None:
        """Send it. Returns what the server said about it."""

    def digest(self, message: Any) -> bytes:
        """The SHA-256 of what was handed over."""

    def withdraw(self) -> None:
        """Forget what was offered."""

    def close(self) -> None: ...


def sender(office: Office) -> Sender:
    """Who writes for the bound tenant: from its record only."""
    return Sender(office.sender_name, f"no-reply@{mail_domain()}", office.reply_to)


def mail_domain() -> str:
    """The domain of the bound tenant's addresses and of its Message-IDs."""
    return f"{current().slug}.{settings().mail_from_domain}"


def _writing(sender: Sender, context: dict[str, Any]) -> Sender:
    """The sender of one letter: `reply_to` is an address of ours that takes its answers, `sender_name` who writes."""
    name = str(context.get("sender_name") or sender.name)
    return replace(sender, name=name, reply_to=context.get("reply_to") or sender.reply_to)


class ByMail:
    """Letters by SMTP."""

    channel = "email"

    def __init__(self, office: Office, mailer: Mailer) -> None:
        self._office = office
        self._sender = sender(office)
        self._mailer = mailer
        self._kept = Kept()

    def written(self, item: Item, context: dict[str, Any]) -> bytes:
        unsubscribe_url = None
        if item.topic:
            unsubscribe_url = external(f"/unsubscribe/{unsubscribe_token(item.address, item.topic)}")
        if context.get("confirm"):
            token = confirm_token(item.public_id, context["confirm"])
            context = {**context, "confirm_url": external(f"/confirm/{token}")}
        letter = rendered(
            letters.kind(item.letter),
            context,
            office=self._office,
            name=item.name or "",
            locale=item.locale,
            unsubscribe_url=unsubscribe_url,
        )
        if context.get("attachments"):
            letter = replace(letter, attachments=self._attached(context))
        way = Delivery(
            item.address, item.name or "", item.message_id, item.public_id, unsubscribe_url, context.get("thread")
        )
        return compose(_writing(self._sender, context), letter, way)

    def _attached(self, context: dict[str, Any]) -> tuple[Attachment, ...]:
        try:
            return tuple(attached(context, self._kept))
        finally:
            db.session.rollback()  # makers only read, and nothing of ours is open while the server is spoken to

    def open(self) -> None:
        self._mailer.open()

    def offer(self, item: Item, message: bytes) -> None:
        # An envelope sender of its own: what comes back names the letter, whatever else it says.
        self._mailer.offer(address(BOUNCE, item.public_id), item.address, len(message))

    def hand_over(self, message: bytes) -> str | None:
        return self._mailer.hand_over(message)

    def digest(self, message: bytes) -> bytes:
        return sha256(message).digest()

    def withdraw(self) -> None:
        self._mailer.withdraw()

    def close(self) -> None:
        self._mailer.close()


@dataclass(frozen=True, slots=True)
class ByText:
    """Text messages (SMS)."""

    office: Office
    rules: SmsRules
    gateway: Gateway
    channel: str = "sms"

    def written(self, item: Item, context: dict[str, Any]) -> Message:
        words = rendered_sms(letters.kind(item.letter), context, office=self.office, locale=item.locale)
        text = gsm.plain(words) if self.rules.plain else words
        return Message(item.address, text, current().slug, item.public_id, self.rules.sender or None)

    def open(self) -> None:
        """Each message has its own connection."""

    def offer(self, item: Item, message: Message) -> None:
        """A gateway is only asked together with the message."""

    def hand_over(self, message: Message) -> str | None:
        self.gateway.send(message)
        return None

    def digest(self, message: Message) -> bytes:
        return sha256(f"{message.number}\n{message.text}".encode()).digest()

    def withdraw(self) -> None:
        """Nothing was offered."""

    def close(self) -> None:
        """Each message has its own connection."""
