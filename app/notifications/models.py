"""What people chose of notifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class NotificationChoice(Model):
    """Whether an account wants a kind of notification on a channel; without a row the manager's default holds.

    The row of `daily` says whether the e-mail of the kind waits for the one that comes once a day.
    """

    __tablename__ = "notification_choices"
    __table_args__ = (CheckConstraint("channel IN ('email', 'sms', 'daily')", name="channel"),)

    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    wanted: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class NotificationPending(Model):
    """Something of which an account is told once a day, in one letter with all else (zestawienie).

    Like a letter of its own it is there once for a cause. `due_at` is when the daily letter leaves; `state` goes
    `waiting` → `told`, or `dropped` when it was no longer wanted by then. `context` is wiped with that.
    """

    __tablename__ = "notification_pending"
    __table_args__ = (
        UniqueConstraint("cause", "account_id"),
        CheckConstraint("state IN ('waiting', 'told', 'dropped')", name="state"),
        Index("ix_notification_pending_due", "due_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_notification_pending_account_id", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    cause: Mapped[str] = mapped_column(Text)
    letter: Mapped[str] = mapped_column(Text)
    context: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    state: Mapped[str] = mapped_column(Text, server_default="waiting")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
