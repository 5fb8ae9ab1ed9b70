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
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class WorksDocument(Model):
    """A document of a site (dokument budowy, zdjęcie, odbiór, faktura, notatka) in the folder it was filed in.

    `folder` is a key of `rules.FOLDERS`, or the public id of a folder of the site's own. `dated_on` is the date on it,
    `week_on` the Monday of the week that it tells of. `amount` in grosze and `due_on` are an invoice's; further facts
    of a kind lie in `details`. Its author is an account, a guest, or who wrote a letter from outside; `author` is
    their name then. `form_key` makes a double click one document of its author. A withdrawn one stays with its
    history, and is listed no more. `shown_at` is since when residents see it. What came with a letter is seen by its
    `readers` only, ids of accounts, and by who reads all letters; None is everybody. `series_id` is the series that it
    is a part of: photographs of one week are one document. `search` is what it is found by, also in its newest files.
    """

    __tablename__ = "works_documents"
    __table_args__ = (
        CheckConstraint("kind IN ('document', 'photo', 'protocol', 'invoice', 'note')", name="kind"),
        CheckConstraint("account_id IS NULL OR guest_id IS NULL", name="author"),
        UniqueConstraint("site_id", "account_id", "form_key"),
        Index("ix_works_documents_site", "site_id", "created_at"),
        Index("ix_works_documents_folder", "site_id", "folder", "created_at"),
        Index("ix_works_documents_series", "series_id", "week_on"),
        Index(
            "uq_works_documents_photo_week",
            "series_id",
            "week_on",
            unique=True,
            postgresql_where=text("kind = 'photo' AND withdrawn_at IS NULL"),
        ),
        Index("ix_works_documents_search", "search", postgresql_using="gin"),
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
    readers: Mapped[list[int] | None] = mapped_column(JSONB(none_as_null=True))
    series_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("works_series.id"))
    withdrawn_by: Mapped[str] = mapped_column(Text, server_default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, server_default="")
    search: Mapped[str | None] = mapped_column(TSVECTOR)


class WorksFile(Model):
    """A file of a document: its versions are numbered from 1, and photographs of one week share a version.

    `taken_on` is the day on which the camera says that a photograph was taken.
    """

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
    taken_on: Mapped[date | None] = mapped_column(Date)


class WorksFolder(Model):
    """A folder (teczka) that a site has beside the ones that all have."""

    __tablename__ = "works_folders"
    __table_args__ = (Index("uq_works_folders_name", "site_id", text("lower(name)"), unique=True),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksSeries(Model):
    """What is handed in again and again (seria): photographs of one place, or the site manager's weekly report.

    Every `every` weeks, counted from the week of `starts_on`, until `weekday` (1 is Monday) of that week, by the
    account `account_id`. Without `ends_on` it goes on until it is ended.
    """

    __tablename__ = "works_series"
    __table_args__ = (
        CheckConstraint("kind IN ('photo', 'report')", name="kind"),
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("every BETWEEN 1 AND 8", name="every"),
        CheckConstraint("ends_on >= starts_on", name="days"),
        Index("uq_works_series_title", "site_id", "kind", text("lower(title)"), unique=True),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text, server_default="")
    weekday: Mapped[int] = mapped_column(Integer)
    every: Mapped[int] = mapped_column(Integer, server_default="1")
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    account_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksFetch(Model):
    """That somebody downloaded a version of a document; without `file_id` all of its files."""

    __tablename__ = "works_fetches"
    __table_args__ = (Index("ix_works_fetches_document", "document_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_documents.id", ondelete="CASCADE"))
    file_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("works_files.id", ondelete="CASCADE"))
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    guest_id: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksUpload(Model):
    """A photograph that comes in pieces (wysyłanie na raty): `received` of `size` bytes are there.

    `week_on` None lets the day on which it was taken decide. `key` is what the browser calls the file: the same key of
    the same account in the same series is the same upload.
    """

    __tablename__ = "works_uploads"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'done')", name="state"),
        CheckConstraint("received BETWEEN 0 AND size", name="received"),
        Index("uq_works_uploads_key", "series_id", "account_id", "key", unique=True),
        Index("ix_works_uploads_touched", "touched_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    series_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_series.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger)
    week_on: Mapped[date | None] = mapped_column(Date)
    key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger, server_default="0")
    state: Mapped[str] = mapped_column(Text, server_default="open")
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    touched_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
