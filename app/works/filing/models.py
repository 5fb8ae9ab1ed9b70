"""Documents of a site with their versions."""

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
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class WorksDocument(Model):
    """A document of a site (dokument budowy, zdjęcie, odbiór, faktura, notatka) in the folder it was filed in.

    `folder` is a key of `rules.FOLDERS`. `dated_on` is the date on it, `week_on` the Monday of the week that it tells
    of. `amount` in grosze and `due_on` are an invoice's; further facts of a kind lie in `details`. Its author is an
    account or a guest; `author` is their name then. `form_key` makes a double click one document of its author.
    A withdrawn one stays with its history, and is listed no more. `shown_at` is since when residents see it.
    """

    __tablename__ = "works_documents"
    __table_args__ = (
        CheckConstraint("kind IN ('document', 'photo', 'protocol', 'invoice', 'note')", name="kind"),
        CheckConstraint("(account_id IS NULL) <> (guest_id IS NULL)", name="author"),
        UniqueConstraint("site_id", "account_id", "form_key"),
        Index("ix_works_documents_site", "site_id", "created_at"),
        Index("ix_works_documents_folder", "site_id", "folder", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    dated_on: Mapped[date | None] = mapped_column(Date)
    week_on: Mapped[date | None] = mapped_column(Date)
    number: Mapped[str] = mapped_column(Text, server_default="")
    amount: Mapped[int | None] = mapped_column(BigInteger)
    due_on: Mapped[date | None] = mapped_column(Date)
    details: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    author: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    guest_id: Mapped[int | None] = mapped_column(BigInteger)
    form_key: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    shown_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class WorksFile(Model):
    """A file of a document: its versions are numbered from 1, and photographs of one series share a version."""

    __tablename__ = "works_files"
    __table_args__ = (
        Index("ix_works_files_document", "document_id", "version"),
        Index("ix_works_files_file", "file_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_documents.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    name: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    size: Mapped[int] = mapped_column(BigInteger)
    content_type: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
