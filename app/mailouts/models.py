"""Mailouts of one tenant; their letters are rows of the outbox with the cause `mailout:PUBLIC_ID`."""

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


class Mailout(Model):
    """A message and its audience. `form_key` makes a double click one mailout.

    `state` goes draft → (waiting for a second person →) (scheduled →) sending, and from there paused or cancelled;
    what became of the letters is told by the outbox. `channels` is `rules.Channels` as JSON. `attachments` are files
    that all get ({file, name}) and papers of one's own ({paper: name}); those matched to units are `MailoutFile`s.
    `author` and `launcher` are ids of accounts, None for a process. `confirm` is the public id of the announcement that
    its readers are asked to confirm, by a link in the e-mail.
    """

    __tablename__ = "mailouts"
    __table_args__ = (
        Index("ix_mailouts_created_at", "created_at"),
        CheckConstraint("state IN ('draft', 'waiting', 'scheduled', 'sending', 'paused', 'cancelled')", name="state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str | None] = mapped_column(Text, unique=True)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    audience: Mapped[dict[str, Any]] = mapped_column(JSONB)
    recipients: Mapped[int] = mapped_column(Integer, server_default="0")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    state: Mapped[str] = mapped_column(Text, server_default="sending")
    channels: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{\"email\": true}'::jsonb"))
    sms_text: Mapped[str] = mapped_column(Text, server_default="")
    important: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    run_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    attachments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    skip_missing: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    author: Mapped[int | None] = mapped_column(BigInteger)
    launcher: Mapped[int | None] = mapped_column(BigInteger)
    launched_by: Mapped[str | None] = mapped_column(Text)
    launched_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    approved_by: Mapped[str | None] = mapped_column(Text)
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    confirm: Mapped[str | None] = mapped_column(Text)


class MailoutFile(Model):
    """A file that goes to the people of one unit only; `name` as it was handed over."""

    __tablename__ = "mailout_files"
    __table_args__ = (
        UniqueConstraint("mailout_id", "unit_code"),
        Index("ix_mailout_files_file_id", "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    mailout_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailouts.id", ondelete="CASCADE"))
    unit_code: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    name: Mapped[str] = mapped_column(Text)


class MailoutTemplate(Model):
    """A text for mailouts that come again (szablon)."""

    __tablename__ = "mailout_templates"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    sms_text: Mapped[str] = mapped_column(Text, server_default="")
    changed_by: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class MailoutPrint(Model):
    """Letters of a mailout in one PDF (część wydruku), by building and staircase. `items` are rows of the outbox.

    `first` and `last` say whose letters begin and end it.
    """

    __tablename__ = "mailout_prints"
    __table_args__ = (UniqueConstraint("mailout_id", "number"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    mailout_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("mailouts.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(Text)
    items: Mapped[list[int]] = mapped_column(JSONB)
    first: Mapped[str] = mapped_column(Text)
    last: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    posted_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    posted_by: Mapped[str | None] = mapped_column(Text)
