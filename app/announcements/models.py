"""Announcements, their files, who has read them, and templates for new ones."""

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
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model

_STATES = "state IN ('draft', 'scheduled', 'published', 'withdrawn')"
_IMPORTANCE = "importance IN ('ordinary', 'important', 'failure')"


class Announcement(Model):
    """One announcement (ogłoszenie).

    `body` is Markdown in Polish, `translations` `{locale: {"title": …, "body": …}}`. `audience` is JSON as
    `audience.rules.audience` reads it. A `failure` (awaria) stands above every page until `ends_at`. `publish_at` is
    when a scheduled one appears, `expires_at` when it moves to the archive. `confirm` asks each reader to confirm.
    `tell` says how people are told: by a short `notice` as they chose, by the whole text as a `mailout`, or `none`;
    with `letters` paper goes to whom no e-mail reaches. `mailout` is the public id of the mailout that this makes.
    `publisher` is the account of who published it, None for a process. `version` counts changes, so that two editors
    notice each other. `form_key` makes a double click one announcement.
    """

    __tablename__ = "announcements"
    __table_args__ = (
        CheckConstraint(_STATES, name="state"),
        CheckConstraint(_IMPORTANCE, name="importance"),
        CheckConstraint("tell IN ('notice', 'mailout', 'none')", name="tell"),
        CheckConstraint("importance <> 'failure' OR ends_at IS NOT NULL OR state = 'draft'", name="ends"),
        CheckConstraint("state <> 'scheduled' OR publish_at IS NOT NULL", name="scheduled"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
        Index("ix_announcements_state", "state", "published_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str | None] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    translations: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    importance: Mapped[str] = mapped_column(Text, server_default="ordinary")
    audience: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    publish_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    published_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    confirm: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    tell: Mapped[str] = mapped_column(Text, server_default="notice")
    mailout: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    published_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    letters: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    publisher: Mapped[int | None] = mapped_column(BigInteger)


class AnnouncementFile(Model):
    """A picture or an attachment of an announcement. `name` is as given; `words` say what a picture shows.

    One that `waits` came after the announcement was published: residents see it once it has been looked through.
    """

    __tablename__ = "announcement_files"
    __table_args__ = (
        CheckConstraint("role IN ('picture', 'attachment')", name="role"),
        Index("ix_announcement_files_announcement", "announcement_id"),
        Index("ix_announcement_files_file", "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    announcement_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("announcements.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    role: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    words: Mapped[str] = mapped_column(Text, server_default="")
    waits: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class AnnouncementRead(Model):
    """That a resident has opened an announcement in the portal, and has confirmed it where that was asked for.

    `channel` is how: `portal`, or `email` by the link of a letter.
    """

    __tablename__ = "announcement_reads"
    __table_args__ = (
        CheckConstraint("channel IN ('portal', 'email')", name="channel"),
        Index("ix_announcement_reads_account", "account_id"),
    )

    announcement_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    read_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    channel: Mapped[str] = mapped_column(Text, server_default="portal")


class AnnouncementTemplate(Model):
    """What a new announcement can begin with; `name` is for staff only."""

    __tablename__ = "announcement_templates"
    __table_args__ = (CheckConstraint(_IMPORTANCE, name="importance"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    translations: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    importance: Mapped[str] = mapped_column(Text, server_default="ordinary")
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
