"""Conversations of residents with the office. Messages are added, never edited; files lie in the storage."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
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

# People write little at a time and search often: nothing waits to be indexed.
_AT_ONCE = {"fastupdate": "off"}


class MessageThread(Model):
    """A conversation (sprawa) of one resident's account with the office, perhaps about a unit.

    `state` is `new` while the office owes an answer, `working` once it has said that it looks into it, then `answered`
    or `closed`. `last_at` is the newest message's. `due_on` is the day until which the office promised to answer; None
    while it owes nothing. `reopened` counts how often a closed one went on. `about` names what of the portal it is
    about, such as a line of a settlement, for `app.messages.about`.
    """

    __tablename__ = "message_threads"
    __table_args__ = (
        CheckConstraint("state IN ('new', 'working', 'answered', 'closed')", name="state"),
        Index("ix_message_threads_account", "account_id", "last_at"),
        Index("ix_message_threads_state", "state", "last_at"),
        Index(
            "ix_message_threads_subject", text("ext.words(subject)"), postgresql_using="gin", postgresql_with=_AT_ONCE
        ),
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
    due_on: Mapped[date | None] = mapped_column(Date)
    reopened: Mapped[int] = mapped_column(Integer, server_default="0")
    about: Mapped[str | None] = mapped_column(Text)


class Message(Model):
    """One message of a thread, by the `resident` or the `office`; `read_at` is when the other side first saw it.

    A `note` is the office's own and never a resident's to see. `unverified` came by mail from an address that is not
    the resident's; staff turn it into one of the resident's, or into a `dropped` one. `form_key` makes a double click
    one message of its author. `channel` is `portal` or `email`; then `quoted` is what the mail program quoted,
    `from_address` who it claims to be from, and `left_out` names files that were not taken: `{"name", "why"}`.
    `meant` is `office` for an unverified one that came to the address of a member of staff (`author_id`).
    """

    __tablename__ = "messages"
    __table_args__ = (
        CheckConstraint("side IN ('resident', 'office', 'note', 'unverified', 'dropped')", name="side"),
        CheckConstraint("channel IN ('portal', 'email')", name="channel"),
        UniqueConstraint("author_id", "form_key"),
        Index("ix_messages_thread", "thread_id", "id"),
        Index("ix_messages_body", text("ext.words(body)"), postgresql_using="gin", postgresql_with=_AT_ONCE),
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
    channel: Mapped[str] = mapped_column(Text, server_default="portal")
    quoted: Mapped[str | None] = mapped_column(Text)
    from_address: Mapped[str | None] = mapped_column(Text)
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    meant: Mapped[str | None] = mapped_column(Text)


class StaffAddress(Model):
    """An address at which one member of staff answers one conversation by mail; `public_id` is what it carries."""

    __tablename__ = "message_staff_addresses"
    __table_args__ = (UniqueConstraint("thread_id", "account_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    thread_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("message_threads.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class MessageFile(Model):
    """A file that came with a message. Its bytes are those of `file_id`; of older rows, under the row's public id."""

    __tablename__ = "message_files"
    __table_args__ = (Index("ix_message_files_message", "message_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    message_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("messages.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("stored_files.id"))


class AnswerTemplate(Model):
    """A ready answer (wzór odpowiedzi) with fields such as `{imię}`; `category` None fits every conversation.

    One that was withdrawn is offered no more; `changed_by` is the login of who wrote it last.
    """

    __tablename__ = "answer_templates"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text)
    category: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
