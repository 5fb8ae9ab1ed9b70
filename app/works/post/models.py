"""Letters of a site: threads, letters, to whom they went, their files; drafts; the address book (baza adresowa)."""

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
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class WorksThread(Model):
    """A conversation (wątek) about a site. Who sees it, sees of its letters only those that they may read."""

    __tablename__ = "works_threads"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed')", name="state"),
        Index("ix_works_threads_site", "site_id", "last_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    subject: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    last_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksLetter(Model):
    """A letter (wiadomość) in a thread; it is never edited.

    Its writer is an account, or somebody outside with `from_address`; `author` is their name and `firm` theirs then.
    `state` is `sent`; `held` came by mail from nobody known, until somebody turns it into one that was sent or
    `dropped`. `channel` is `portal` or `email`, then `quoted` is what the mail program quoted and `left_out` names
    files that were not taken: `{"name", "why"}`. `cards` are data of the site as they were: `{"name", "title",
    "lines"}`. `due_on` is until when an answer is asked for. `form_key` makes a double click one letter. `search`
    holds the words of subject (A), people and files (B), and text (C), without Polish marks.
    """

    __tablename__ = "works_letters"
    __table_args__ = (
        CheckConstraint("state IN ('sent', 'held', 'dropped')", name="state"),
        CheckConstraint("channel IN ('portal', 'email')", name="channel"),
        UniqueConstraint("site_id", "account_id", "form_key"),
        Index("ix_works_letters_site", "site_id", "id"),
        Index("ix_works_letters_thread", "thread_id", "id"),
        Index("ix_works_letters_due", "site_id", "due_on", postgresql_where=text("due_on IS NOT NULL")),
        Index("ix_works_letters_search", "search", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    thread_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_threads.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text, server_default="sent")
    channel: Mapped[str] = mapped_column(Text, server_default="portal")
    author: Mapped[str] = mapped_column(Text)
    firm: Mapped[str] = mapped_column(Text, server_default="")
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    from_address: Mapped[str | None] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    quoted: Mapped[str | None] = mapped_column(Text)
    cards: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    left_out: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    due_on: Mapped[date | None] = mapped_column(Date)
    form_key: Mapped[str | None] = mapped_column(Text)
    sent_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    search: Mapped[str | None] = mapped_column(TSVECTOR)


class WorksAddressee(Model):
    """To whom a letter went (adresat): an account, or somebody outside at an e-mail `address` in lower case."""

    __tablename__ = "works_addressees"
    __table_args__ = (
        CheckConstraint("account_id IS NULL OR address IS NULL", name="one"),
        UniqueConstraint("letter_id", "account_id"),
        UniqueConstraint("letter_id", "address"),
        Index("ix_works_addressees_account", "account_id", "letter_id"),
        Index("ix_works_addressees_address", "address", "letter_id", postgresql_where=text("address IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_letters.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    address: Mapped[str | None] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, server_default="")


class WorksLetterFile(Model):
    """An attachment of a letter, and the document of the site as which it was filed; none while a letter is held."""

    __tablename__ = "works_letter_files"
    __table_args__ = (
        Index("ix_works_letter_files_letter", "letter_id"),
        Index("ix_works_letter_files_document", "document_id"),
        Index("ix_works_letter_files_file", "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    letter_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_letters.id", ondelete="CASCADE"))
    document_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("works_documents.id", ondelete="SET NULL"))
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str] = mapped_column(Text)


class WorksReading(Model):
    """How far somebody has read a thread: all its letters up to the one with this id."""

    __tablename__ = "works_readings"

    thread_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("works_threads.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    letter_id: Mapped[int] = mapped_column(BigInteger)


class WorksDraft(Model):
    """A letter that somebody has begun and not sent (szkic): what the form held, without files. Nobody else's."""

    __tablename__ = "works_drafts"
    __table_args__ = (Index("ix_works_drafts_account", "account_id", "site_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("works_threads.id", ondelete="CASCADE"))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    saved_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksContact(Model):
    """A line of the address book of a site, for who may read it and for who added it. Removed ones are gone."""

    __tablename__ = "works_contacts"
    __table_args__ = (Index("ix_works_contacts_site", "site_id", "name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    added_by: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[str] = mapped_column(Text, server_default="")
    trade: Mapped[str] = mapped_column(Text, server_default="")
    email: Mapped[str] = mapped_column(Text, server_default="")
    phone: Mapped[str] = mapped_column(Text, server_default="")
    note: Mapped[str] = mapped_column(Text, server_default="")
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
