"""The text messages (SMS) of a mailout: to whom, how long, at what price."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from app.audience.rules import Audience
from app.core.runtime import settings
from app.gateways import gsm
from app.mailouts import personal, policy
from app.mailouts.models import Mailout
from app.outbox.rules import filled
from app.outbox.texting import rules as sms_rules
from tenants.db import db

_PEOPLE = (
    "SELECT r.recipient_key, r.phone, r.name, r.locale, r.context -> 'fields' AS fields, r.wanted, r.lacks "
    "FROM ({people}) AS r ORDER BY r.place, r.recipient_key"
)


@dataclass(frozen=True, slots=True)
class Message:
    """One text message. `number` is in E.164, or None with the number as it was written in `given`."""

    key: str
    name: str
    locale: str
    given: str
    number: str | None
    text: str
    wanted: bool
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bill:
    """What the text messages of a mailout come to; the price in grosze. `longest` is in parts."""

    messages: int
    parts: int
    longest: int
    grosze: int
    numberless: int


def installed() -> bool:
    """Whether this portal has a gateway for text messages."""
    return bool(settings().sms_url)


def messages(row: Mailout, audience: Audience) -> Iterator[Message]:
    """One for each recipient, in words of their own. People who share a number and the words get one together."""
    cheap, sent = sms_rules().plain, set[tuple[str, str]]()
    people = text(_PEOPLE.replace("{people}", personal.select()))
    for key, phone, name, locale, fields, wanted, lacks in db.session.execute(people, personal.values(row, audience)):
        number = gsm.e164(phone)
        if number is not None and not gsm.takes_messages(number):
            number = None
        said = filled(row.sms_text, fields or {})
        said = gsm.plain(said) if cheap else said
        if number is not None and (number, said) in sent:
            continue
        if number is not None and wanted and not lacks:
            sent.add((number, said))
        yield Message(key, name, locale, (phone or "")[:40], number, said, wanted, tuple(lacks))


def bill(row: Mailout, audience: Audience) -> Bill:
    """What the text messages would come to now."""
    count = parts = longest = numberless = 0
    for message in messages(row, audience):
        if message.number is None:
            numberless += 1
        elif message.wanted and not message.lacks:
            segments = gsm.size(message.text).segments
            count, parts, longest = count + 1, parts + segments, max(longest, segments)
    return Bill(count, parts, longest, parts * policy.read().sms_grosze, numberless)


def size(said: str) -> gsm.Size:
    """The size of one message as it would leave."""
    return gsm.size(gsm.plain(said) if sms_rules().plain else said)


def as_rows(found: Iterator[Message]) -> list[dict[str, Any]]:
    """The messages as rows for the outbox."""
    return [
        {
            "recipient_key": message.key,
            "address": message.number or message.given or None,
            "name": message.name,
            "locale": message.locale,
            "context": {"text": message.text} | ({"lacks": list(message.lacks)} if message.lacks else {}),
            "wanted": message.wanted and not message.lacks,
        }
        for message in found
    ]
