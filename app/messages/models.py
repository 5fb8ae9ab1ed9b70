"""Conversations of residents with the office. Messages are added, never edited; files lie in the storage."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class MessageThread(Model):
    """A conversation (sprawa) of one resident's account with the office, perhaps about a unit.

    `state` is `new` while the office owes an answer, then `answered` or `closed`. `last_at` is the newest message's.
    """

    __tablename__ = "message_threads"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'answered', 'closed')", name="state"),
        Index("ix_message_threads_account", "account_id", "last_at"),
        Index("ix_message_threads_state", "state", "last_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    unit_code: Mapped[str | None] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="new")
    assigned_to: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    last_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class Message(Model):
    """One message of a thread, by the `resident` or the `office`; `read_at` is when the other side first saw it.

    `form_key` makes a double click one message of its author.
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("side IN ('resident', 'office')", name="side"),
        UniqueConstraint("author_id", "form_key"),
        Index("ix_messages_thread", "thread_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    thread_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("message_threads.id", ondelete="CASCADE"))
    side: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    author_name: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    read_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class MessageFile(Model):
    """A file that came with a message; its bytes lie in the storage under the public id."""

    __tablename__ = "message_files"
    __table_args__ = (Index("ix_message_files_message", "message_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
