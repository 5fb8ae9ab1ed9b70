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
    """One letter to one person by one channel (`email`, `sms`), unique for its cause; `address` may be a number.

    `state` goes queued → sending → sent or failed; `skipped` never had an address or was declined; `held`
    carries a secret and nobody can say whether the server took it. `message_id` is fixed for ever. `attempts`
    counts claims and is the fencing number of the lease; `deferrals` counts the server's “not now”. `live` is true
    while the row is queued or sending.
    """

    __tablename__ = "outbox_items"
    __table_args__ = (
        UniqueConstraint("cause", "recipient_key", "channel"),
        CheckConstraint("state IN ('queued', 'sending', 'sent', 'failed', 'skipped', 'held')", name="state"),
        CheckConstraint("lane IN ('urgent', 'bulk')", name="lane"),
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        # No index names `state`, so that a claim is a heap-only update; `live` changes once, at the end.
        Index("ix_outbox_items_due", "lane", "run_after", "id", postgresql_where=text("live")),
        # A few messages must not be looked for among all the mail of a mass mailing.
        Index("ix_outbox_items_sms", "lane", "run_after", "id", postgresql_where=text("live AND channel = 'sms'")),
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


class OutboxCause(Model):
    """What all letters of one cause have in common, frozen when they were written; never a secret."""

    __tablename__ = "outbox_causes"

    cause: Mapped[str] = mapped_column(Text, primary_key=True)
    context: Mapped[dict[str, Any]] = mapped_column(JSONB)


class MailOptout(Model):
    """An address that declined a class of mail. `address` is in lower case."""

    __tablename__ = "mail_optouts"
    __table_args__ = (UniqueConstraint("address", "topic"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    address: Mapped[str] = mapped_column(Text)
    topic: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
