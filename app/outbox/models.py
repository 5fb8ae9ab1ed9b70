"""The outbox of one tenant."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model

LANES = ("urgent", "bulk")


class OutboxItem(Model):
    """One letter to one person by one channel, unique for its cause; `address` may be a number (`sms`) or stand on an
    envelope of paper (`letter`).

    `state` goes queued → sending → sent or failed, and sent → bounced when it came back; `skipped` never had an
    address or was declined; `held` carries a secret and nobody can say whether the server took it. `message_id` is
    fixed for ever. `attempts` counts claims and is the fencing number of the lease; `deferrals` counts the server's
    “not now”. `live` is true while the row is queued or sending; a queued one that is not live is paused, or paper
    that waits for the printer. `answer` is what the server said when it took the letter, `digest` the SHA-256 of what
    it took. `opened_at` and `confirmed_at` are when its person read it in the portal, and said so.
    """

    __tablename__ = "outbox_items"
    __table_args__ = (
        UniqueConstraint("cause", "recipient_key", "channel"),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'skipped', 'held', 'bounced')", name="state"),
        CheckConstraint("lane IN ('urgent', 'bulk')", name="lane"),
        CheckConstraint("channel IN ('email', 'sms', 'letter')", name="channel"),
        # No index names `state`, so that a claim is a heap-only update; `live` changes once, at the end.
        Index("ix_outbox_items_due", "lane", "run_after", "id", postgresql_where=text("live")),
        # A few messages must not be looked for among all the mail of a mass mailing.
        Index("ix_outbox_items_sms", "lane", "run_after", "id", postgresql_where=text("live AND channel = 'sms'")),
        Index("ix_outbox_items_public_id", "public_id", unique=True),
        Index("ix_outbox_items_recipient_key", "recipient_key"),
        Index("ix_outbox_items_address", text("lower(address) text_pattern_ops")),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, default=new_public_id)
    cause: Mapped[str] = mapped_column(Text)
    recipient_key: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text, server_default="email")
    lane: Mapped[str] = mapped_column(Text)
    secret: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    letter: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(Text)
    context: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    address: Mapped[str | None] = mapped_column(Text)
    recipient_name: Mapped[str | None] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, server_default="pl")
    message_id: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    live: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    reason: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    deferrals: Mapped[int] = mapped_column(Integer, server_default="0")
    run_after: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    lease_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    sent_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    answer: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    bounced_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class OutboxCause(Model):
    """What all letters of one cause have in common, frozen when they were written; never a secret.

    Those of an important cause go on to the next channel when nobody reads them. While `paused_at` is set none leaves.
    """

    __tablename__ = "outbox_causes"
    __table_args__ = (
        Index("ix_outbox_causes_important", "created_at", postgresql_where=text("important")),
        Index("ix_outbox_causes_paused", "cause", postgresql_where=text("paused_at IS NOT NULL")),
    )

    cause: Mapped[str] = mapped_column(Text, primary_key=True)
    context: Mapped[dict[str, Any]] = mapped_column(JSONB)
    important: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    paused_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class DeliveryEvent(Model):
    """One thing that became of a letter: what the register of deliveries is made of.

    `whom` (the address) and `note` (a server's sentence) may be wiped when a person is forgotten; `proof` is the
    SHA-256 of both, of `content` (that of the message) and of the letter's fixed id, and stays.
    """

    __tablename__ = "delivery_events"
    __table_args__ = (
        CheckConstraint(
            "kind IN ('sent', 'deferred', 'failed', 'held', 'skipped', 'bounced', 'delayed', 'opened', 'confirmed', "
            "'escalated', 'posted')",
            name="kind",
        ),
        Index("ix_delivery_events_item_id", "item_id"),
        {
            "info": {
                "grants": [
                    "REVOKE UPDATE, DELETE ON {table} FROM {role}",
                    "GRANT UPDATE (whom, note) ON {table} TO {role}",
                ]
            }
        },
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    # no foreign key: it would cost each letter a look-up, and no row of the outbox is ever removed
    item_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.clock_timestamp())
    whom: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    proof: Mapped[bytes] = mapped_column(LargeBinary)


class AddressFlag(Model):
    """An e-mail address (in lower case) from which letters came back. `dead` since `dead_at` gets no more of them until
    somebody mends it; `bounces` counts those that came back, `reason` is what the last one said."""

    __tablename__ = "address_flags"
    __table_args__ = (Index("ix_address_flags_dead_at", "dead_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    address: Mapped[str] = mapped_column(Text, unique=True)
    bounces: Mapped[int] = mapped_column(Integer, server_default="0")
    code: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    last_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    dead_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    mended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    mended_by: Mapped[str | None] = mapped_column(Text)


class MailOptout(Model):
    """An address that declined a class of mail. `address` is in lower case."""

    __tablename__ = "mail_optouts"
    __table_args__ = (UniqueConstraint("address", "topic"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
