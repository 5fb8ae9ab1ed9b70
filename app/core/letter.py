"""A letter as a person reads it, and what stands on its envelope. No transport, no templates."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a letter; `body` is its bytes in base64, in lines as they stand in a message."""

    name: str
    content_type: str
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: the subject (one line), the plain text, the same as an HTML document, and what goes with it."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the name shown, the address (also of the envelope), and where answers go."""

    name: str
    address: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One letter's way to one person.

    `message_id` (without brackets) and `public_id` are fixed by the row in the outbox, so a letter that leaves
    twice is seen to be the same. `unsubscribe_url` is set where the letter may be declined. `thread` is an id without
    brackets that all letters of a conversation name, so that mail programs keep them together.
    """

    address: str
    name: str
    message_id: str
    public_id: str
    unsubscribe_url: str | None = None
    thread: str | None = None
