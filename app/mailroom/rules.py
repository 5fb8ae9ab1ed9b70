"""Which letters no person wrote, and which are our own come back."""

from __future__ import annotations

import hashlib
import re
from email.message import Message

from app.mailroom.reading import header, headers, title

MOST_HOPS = 50
# More letters about one thing within an hour are two programs that answer each other.
HOURLY_LIMIT = 40
HOUR = 3600
KEY_LENGTH = 250
_OWN_ID = re.compile(r"[A-Za-z0-9_-]{22}@(.+)")
_PROGRAMS = re.compile(r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|nie-?odpowiadaj)@")
_ROBOT_HEADERS = (
    "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply", "X-Failed-Recipients", "List-Id",
    "List-Unsubscribe", "Feedback-Type",
)  # fmt: skip
_VERDICT = re.compile(r"\bdmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_ROBOT_TITLES = re.compile(
    r"(?:automatyczna odpowiedź|odpowiedź automatyczna|autoodpowiedź|auto(?:matic)?[ -]?reply|out of (?:the )?office|"
    r"nieobecność w biurze|poza biurem|автоматична відповідь|abwesenheitsnotiz)\b",
    re.IGNORECASE,
)


def loop(message: Message, domain: str) -> str:
    """The sign by which a letter goes round in circles, or nothing. `domain` is that of our letters."""
    if headers(message, "X-Osiedle-Delivery"):
        return "own-letter"
    own = _OWN_ID.fullmatch(message_id(message))
    if own and (own[1].lower() == domain.lower() or own[1].lower().endswith("." + domain.lower())):
        return "own-letter"
    return "too-many-hops" if len(headers(message, "Received")) > MOST_HOPS else ""


def automatic(message: Message, sender: str, envelope_sender: str | None) -> str:
    """The sign by which a program wrote a letter (RFC 3834 and what came before it), or nothing."""
    said = header(message, "Auto-Submitted").partition(";")[0].strip().lower()
    if said and said != "no":
        return "auto-submitted"
    if header(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply"):
        return "precedence"
    if envelope_sender == "" or header(message, "Return-Path") == "<>":
        return "empty-sender"
    if message.get_content_type() == "multipart/report":
        return "report"
    found = next((name for name in _ROBOT_HEADERS if headers(message, name)), "")
    if found:
        return found.lower()
    if _PROGRAMS.match(sender):
        return "program"
    return "title" if _ROBOT_TITLES.match(title(message)) else ""


def message_id(message: Message) -> str:
    """The Message-ID without brackets, or nothing."""
    return header(message, "Message-ID").strip().strip("<>").strip()


def key(message: Message, raw: bytes) -> str:
    """What tells this letter from others: its Message-ID, or a hash of it."""
    found = message_id(message)
    return found if found and len(found) <= KEY_LENGTH else "sha256:" + hashlib.sha256(raw).hexdigest()


def vouched(message: Message) -> bool:
    """Whether every verdict of a server on the way says that From is who sent it (RFC 8601, DMARC), or there is none.

    For letters that act for the office: `none` and `temperror` are not enough where a server has looked.
    """
    said = [found.lower() for each in headers(message, "Authentication-Results") for found in _VERDICT.findall(each)]
    return all(verdict == "pass" for verdict in said)


def distrusted(message: Message) -> bool:
    """Whether a server on the way found that From is not who sent it (RFC 8601, DMARC). Silence is no proof.

    A sender may write such a header too; that can only make a letter less trusted.
    """
    return any(re.search(r"\bdmarc\s*=\s*fail\b", each, re.IGNORECASE) for each in headers(
        message, "Authentication-Results"
    ))  # fmt: skip
