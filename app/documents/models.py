"""Documents in folders: who may see each, its versions, whom it is addressed to, and who has fetched it."""

from __future__ import annotations

from datetime import date, datetime

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
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class DocumentFolder(Model):
    """A folder (teczka); those without a parent stand at the top. It has no rights of its own: documents have."""

    __tablename__ = "document_folders"
    __table_args__ = (CheckConstraint("parent_id <> id", name="parent"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    parent_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document_folders.id"))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class Document(Model):
    """A document (dokument) of the manager: what it is, who may see it, and for how long it holds.

    `access` is one of `app.documents.rules.ACCESS`; whom the last three name stands in `DocumentTarget`. It holds
    (obowiązuje) from `valid_from` to `valid_until`, both inclusive and Europe/Warsaw; `dated_on` is the date on it.
    A withdrawn one does not exist any more for residents and the public. `changed_at` is when it was published or
    last got a new version. `search` holds the words of its title (A), of what is said of it (B), and of its newest
    version (C), without Polish marks.
    """

    __tablename__ = "documents"
    __table_args__ = (
        CheckConstraint(
            "access IN ('public', 'residents', 'members', 'buildings', 'units', 'people', 'staff')", name="access"
        ),
        CheckConstraint("state IN ('draft', 'published', 'withdrawn')", name="state"),
        CheckConstraint("valid_from <= valid_until", name="validity"),
        CheckConstraint("state <> 'published' OR published_at IS NOT NULL", name="published"),
        UniqueConstraint("created_by", "form_key"),
        Index("ix_documents_folder", "folder_id", "state"),
        Index("ix_documents_access", "access", "state"),
        Index("ix_documents_search", "search", postgresql_using="gin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    folder_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("document_folders.id"))
    title: Mapped[str] = mapped_column(Text)
    category: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    dated_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    access: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    created_by: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_reason: Mapped[str | None] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(Text)
    search: Mapped[str | None] = mapped_column(TSVECTOR)


class DocumentTarget(Model):
    """A building, unit or person of the books to whom a document is addressed, by code."""

    __tablename__ = "document_targets"
    __table_args__ = (
        CheckConstraint("kind IN ('building', 'unit', 'person')", name="kind"),
        Index("ix_document_targets_code", "kind", "code"),
    )

    document_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)


class DocumentVersion(Model):
    """One file of a document, numbered from 1; the newest that was released and not withdrawn is the one in force.

    `content` are the words read from the file for searching, None until a worker has looked (`read_at`).
    """

    __tablename__ = "document_versions"
    __table_args__ = (
        UniqueConstraint("document_id", "number"),
        Index("ix_document_versions_file", "file_id"),
        CheckConstraint("number > 0", name="number"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("documents.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    name: Mapped[str] = mapped_column(Text)
    note: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    added_by: Mapped[str] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    content: Mapped[str | None] = mapped_column(Text)
    read_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class DocumentFetch(Model):
    """That somebody opened or downloaded a version: a resident, a member of staff, or an unknown visitor."""

    __tablename__ = "document_fetches"
    __table_args__ = (
        CheckConstraint("side IN ('public', 'resident', 'staff')", name="side"),
        CheckConstraint("act IN ('opened', 'downloaded')", name="act"),
        Index("ix_document_fetches_document", "document_id", "id"),
        Index("ix_document_fetches_account", "account_id", "version_id"),
        Index("ix_document_fetches_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("documents.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("document_versions.id", ondelete="CASCADE"))
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    side: Mapped[str] = mapped_column(Text)
    act: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class DocumentBatch(Model):
    """Many files uploaded at once, each for the unit that its name names, waiting for a person to look.

    `about` is what their documents will have in common: title, category, folder, dates.
    """

    __tablename__ = "document_batches"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'stored', 'dropped')", name="state"),
        UniqueConstraint("created_by", "form_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    about: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    created_by: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(Text)


class DocumentBatchFile(Model):
    """A file of such an upload. `unit_code` is the unit that its name says; `why` how sure that is."""

    __tablename__ = "document_batch_files"
    __table_args__ = (
        CheckConstraint("why IN ('exact', 'likely', 'ambiguous', 'unknown', 'repeated')", name="why"),
        Index("ix_document_batch_files_batch", "batch_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    batch_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("document_batches.id", ondelete="CASCADE"))
    file_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("stored_files.id"))
    name: Mapped[str] = mapped_column(Text)
    unit_code: Mapped[str | None] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
