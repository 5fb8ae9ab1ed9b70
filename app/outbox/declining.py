"""What people may decline, and who is told when they do.

The outbox knows addresses and topics; whose address it is, and whether the manager lets this topic be declined,
is known above. Who knows it installs an answer here, so that the link in a letter and the settings agree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import text

from app.core import audit
from app.core.actor import Actor
from app.outbox.rules import DECLINED
from tenants.db import db

_may: list[Callable[[str], bool]] = []
_told: list[Callable[[str, str], None]] = []


def install(may: Callable[[str], bool], told: Callable[[str, str], None]) -> None:
    """`may(topic)` says whether it can be declined; `told(address, topic)` hears of each address that did."""
    _may[:], _told[:] = [may], [told]


def may_decline(topic: str | None) -> bool:
    """Whether the bound tenant's people may decline letters of this topic; None is a topic nobody may."""
    return topic is not None and all(ask(topic) for ask in _may)


def tell(address: str, topic: str) -> None:
    """Pass on that an address has declined a topic."""
    for told in _told:
        told(address, topic)


def opt_in(actor: Actor, address: str, topic: str) -> bool:
    """An address takes a topic again; False when it had not declined it. The caller knows whose address it is."""
    lifted = db.session.execute(
        text("DELETE FROM mail_optouts WHERE address = :address AND topic = :topic RETURNING id"),
        {"address": address.lower(), "topic": topic},
    ).first()
    if lifted:
        audit.record(actor, "mail.wanted_again", topic, address=address.lower())
    return bool(lifted)


def withdraw(topic: str, channel: str, recipient_keys: Iterable[str]) -> int:
    """Take back letters of a topic that wait for these recipients, because they have just declined it."""
    withdrawn = db.session.execute(
        text(
            "UPDATE outbox_items SET state = 'skipped', live = false, reason = :reason "
            "WHERE live AND state = 'queued' AND topic = :topic AND channel = :channel AND recipient_key = ANY(:keys)"
        ),
        {"reason": DECLINED, "topic": topic, "channel": channel, "keys": list(recipient_keys)},
    )
    return int(withdrawn.rowcount)  # type: ignore[attr-defined]
