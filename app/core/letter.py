"""A letter as a person reads it, and what stands on its envelope. No transport, no templates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letter:
    """What is said: the subject (one line), the plain text and the same as an HTML document."""

    subject: str
    text: str
    html: str


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
    twice is seen to be the same. `unsubscribe_url` is set where the letter may be declined.
    """

    address: str
    name: str
    message_id: str
    public_id: str
    unsubscribe_url: str | None = None
