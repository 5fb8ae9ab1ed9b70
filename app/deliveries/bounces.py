"""Reading what a mail server sends back: a delivery status notification (RFC 3464), or one in its own words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from app.outbox.rules import status_code

SENTENCE_LENGTH = 300
READ_BYTES = 20_000  # of a text in somebody's own words
FAILED, DELAYED, DELIVERED = "failed", "delayed", "delivered"
_ACTIONS = {"failed": FAILED, "delayed": DELAYED, "delivered": DELIVERED, "relayed": DELIVERED, "expanded": DELIVERED}
_POSTMASTERS = re.compile(r"(?i)\b(mailer-daemon|postmaster|mail delivery (sub)?system)\b")
_SENTENCE = re.compile(r"(?m)^.*?\b(5\d\d[ -](?:5\.\d|[A-Za-z#<(]).{2,}|5\.\d{1,3}\.\d{1,3}[^\d.].*)$")


@dataclass(frozen=True, slots=True)
class Report:
    """What a server says became of a letter: `FAILED`, `DELAYED` or `DELIVERED`, the status code (as 5.1.1) if it gave
    one, and its sentence in one line."""

    action: str
    code: str | None
    sentence: str


def read(message: Message, sender: str) -> Report | None:
    """The report that a letter holds; None when it is something else, as an answer from a holiday.

    `sender` is the address of From. An empty sender on the envelope proves nothing: answers from holidays have it too.
    """
    for part in message.walk():
        if part.get_content_type() == "message/delivery-status":
            found = _of_status(part)
            if found is not None:
                return found
    if message.get("X-Failed-Recipients") or _POSTMASTERS.search(sender):
        return _of_words(message)
    return None


def _of_status(part: Message) -> Report | None:
    """The first recipient of a status part: our letters have one each."""
    for fields in _groups(part):
        action = _ACTIONS.get(str(fields.get("Action", "")).strip().lower())
        if action is None:
            continue
        code = status_code(str(fields.get("Status", "")))
        said = str(fields.get("Diagnostic-Code", ""))
        _kind, mark, words = said.partition(";")
        sentence = _line(words if mark else said) or code or action
        if action == FAILED and code is not None and code.startswith("4"):
            code = status_code(sentence) or code
        return Report(action, code, sentence)
    return None


def _groups(part: Message) -> Iterator[Message]:
    """The groups of fields of a status part; some servers give it as text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (group for group in payload if isinstance(group, Message))
        return
    from email.parser import HeaderParser

    for block in re.split(r"\r?\n\r?\n", str(payload)[:READ_BYTES]):
        yield HeaderParser().parsestr(block)


def _of_words(message: Message) -> Report | None:
    for part in message.walk():
        if part.get_content_maintype() != "text":
            continue
        octets = part.get_payload(decode=True)
        words = octets[:READ_BYTES].decode("utf-8", "replace") if isinstance(octets, bytes) else ""
        found = _SENTENCE.search(words)
        if found:
            sentence = _line(found[1])
            return Report(FAILED, status_code(sentence), sentence)
    return None


def _line(words: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in words)
    return " ".join(plain.split())[:SENTENCE_LENGTH]
