"""Taking a letter in: whose it is, whether it came before, and giving it to the feature it is for.

What the feature writes and the note that the letter was taken are one unit of work, so a process that is killed has
either taken a letter or not, and the same letter handed over again is a double.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

import structlog
from flask import current_app
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from app.core import throttle, work
from app.core.errors import Refused, TryLater
from app.core.language import gettext as _
from app.core.runtime import settings
from app.mailroom import reading, rules
from app.mailroom.addresses import Destination, destination
from app.mailroom.models import IncomingMail
from app.mailroom.routes import IGNORED, Arrival, Route, route
from tenants.context import bind
from tenants.db import db
from tenants.migrating import served_revisions
from tenants.registry import Tenant

DOUBLE = "double"
REFUSED = "refused"
MOST_DESTINATIONS = 5
# Where servers note to whom they delivered; To and Cc last, for they are the sender's own words.
_WHERE = ("X-Original-To", "Delivered-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
log = structlog.get_logger("osiedle.mailroom")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a letter at one of its addresses: `taken`, `ignored`, `double`, `refused` or a feature's word."""

    tenant: str
    prefix: str
    result: str
    reason: str = ""

    @property
    def good(self) -> bool:
        return self.result != REFUSED


def receive(raw: bytes, recipients: list[str] | None = None, envelope_sender: str | None = None) -> list[Outcome]:
    """Take in an RFC 5322 message, with no tenant bound; ends its own units of work.

    `recipients` are those of the envelope; without them the headers say. Raises `Refused` for what is no letter, too
    large, or for nobody here, and `TryLater` when a manager cannot take it at the moment.
    """
    message = reading.opened(raw)
    found = _destinations(message, recipients)
    if not found:
        raise Refused(_("Nie ma tu takiego adresata."))
    return [_deliver(message, raw, where, envelope_sender) for where in found]


def refuse_unread(head: bytes, size: int, recipients: list[str] | None = None) -> None:
    """Note a letter of which only the headers were read, because all of it is too large."""
    message = reading.opened(head)
    sentence = _("List jest za duży: najwyżej %(most)d MB.", most=reading.LARGEST >> 20)
    for where in _destinations(message, recipients):
        tenant = _tenant(where)
        if not isinstance(tenant, str):
            with bind(tenant):
                _note(_arrival(message, head, where, None, size), where, REFUSED, sentence)
                work.commit()


def _destinations(message: Message, recipients: list[str] | None) -> list[Destination]:
    given = recipients or [
        address for name in _WHERE for value in reading.headers(message, name) for address in _addresses(value)
    ]
    known = dict.fromkeys(where for address in given if (where := destination(address)))
    return list(known)[:MOST_DESTINATIONS]


def _addresses(value: str) -> list[str]:
    return [address for _name, address in reading.addressed([value])]


def _tenant(where: Destination) -> Tenant | str:
    """The manager of an address, or why its letters are not taken. Raises `TryLater` while it is being upgraded."""
    tenant: Tenant | None = current_app.extensions["tenants"].by_id(where.tenant_id)
    if tenant is None:
        return _("Nie ma tu takiego adresata.")
    if tenant.suspended:
        return _("Portal tego zarządcy jest wyłączony.")
    if tenant.revision not in served_revisions():
        raise TryLater("the manager is being upgraded")
    return tenant


def _deliver(message: Message, raw: bytes, where: Destination, envelope_sender: str | None) -> Outcome:
    tenant, path = _tenant(where), route(where.prefix)
    if isinstance(tenant, str):
        return Outcome("", where.prefix, REFUSED, tenant)
    if path is None:
        return Outcome(tenant.slug, where.prefix, REFUSED, _("Nie ma tu takiego adresata."))
    arrival = _arrival(message, raw, where, envelope_sender, len(raw))
    with bind(tenant):
        result, reason = _given(arrival, where, path)
    log.info("letter came", tenant=tenant.slug, route=where.prefix, result=result, reason=reason, size=len(raw))
    return Outcome(tenant.slug, where.prefix, result, reason)


def _given(arrival: Arrival, where: Destination, path: Route) -> tuple[str, str]:
    reason = rules.loop(arrival.message, settings().mail_from_domain)
    reason = reason or ("" if path.automatic else arrival.automatic)
    note = _note(arrival, where, IGNORED, reason)
    if note is None:
        work.rollback()
        return DOUBLE, ""
    if reason:
        work.commit()
        return IGNORED, reason
    try:
        _not_too_often(where)
        result = path.handler(arrival)
    except Refused as refusal:
        work.rollback()
        _note(arrival, where, REFUSED, refusal.message)
        work.commit()
        return REFUSED, refusal.message or _("Nie ma tu takiego adresata.")
    db.session.execute(update(IncomingMail).where(IncomingMail.id == note).values(outcome=result))
    work.commit()
    return result, ""


def _note(arrival: Arrival, where: Destination, outcome: str, reason: str) -> int | None:
    """Write down that a letter came; None when it came before. A twin waits here for the first one."""
    row = insert(IncomingMail).values(
        prefix=where.prefix,
        about=where.subject,
        key=arrival.key,
        sender=arrival.sender,
        title=arrival.title,
        outcome=outcome,
        reason=reason or None,
        size=arrival.size,
    )
    found: int | None = db.session.execute(row.on_conflict_do_nothing().returning(IncomingMail.id)).scalar()
    return found


def _not_too_often(where: Destination) -> None:
    key = f"mailroom:{where.tenant_id}:{where.prefix}:{where.subject}"
    if throttle.count(key, rules.HOUR) > rules.HOURLY_LIMIT:
        raise Refused(_("W tej sprawie przyszło w ciągu godziny za dużo listów."))


def _arrival(message: Message, raw: bytes, where: Destination, envelope_sender: str | None, size: int) -> Arrival:
    address, name = reading.sender(message)
    return Arrival(
        subject=where.subject,
        sender=address,
        sender_name=name,
        title=reading.title(message),
        message_id=rules.message_id(message),
        envelope_sender=envelope_sender,
        automatic=rules.automatic(message, address, envelope_sender),
        message=message,
        size=size,
        key=rules.key(message, raw),
    )
