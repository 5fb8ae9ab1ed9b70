"""Acceptance protocols: sections that several people write, their history, defects, signatures."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
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


class WorksProtocol(Model):
    """An acceptance protocol (protokół odbioru); its document is the one that lists and folders show.

    `state` is `open` while it is written, `frozen` while it is signed. `hash` is the SHA-256 of the frozen text, in
    hex; `parties` who is to sign: {account_id, name, firm, duty}.
    """

    __tablename__ = "works_protocols"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'frozen')", name="state"),
        CheckConstraint("(state = 'frozen') = (hash IS NOT NULL)", name="hash"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    document_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("works_documents.id", ondelete="CASCADE"), unique=True
    )
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    template: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    hash: Mapped[str | None] = mapped_column(Text)
    parties: Mapped[list[Any]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    frozen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    frozen_by: Mapped[str] = mapped_column(Text, server_default="")


class WorksSection(Model):
    """A section of a protocol, edited by itself: `version` grows with each saved text.

    `held_by` is who writes in it since `held_at`: a courtesy that expires by itself, never a wall.
    """

    __tablename__ = "works_sections"
    __table_args__ = (UniqueConstraint("protocol_id", "place"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    protocol_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_protocols.id", ondelete="CASCADE"))
    place: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(Text, server_default="")
    body: Mapped[str] = mapped_column(Text, server_default="")
    version: Mapped[int] = mapped_column(Integer, server_default="0")
    held_by: Mapped[str | None] = mapped_column(Text)
    held_account: Mapped[int | None] = mapped_column(BigInteger)
    held_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class WorksSectionText(Model):
    """A text that somebody saved in a section. Rows are added only, so nothing that was written is lost.

    One that was saved on an older version than the newest is `aside`: kept, shown beside, merged by its author.
    `base` is the version that it was written on.
    """

    __tablename__ = "works_section_texts"
    __table_args__ = (
        CheckConstraint("aside = (version IS NULL)", name="version"),
        UniqueConstraint("section_id", "version"),
        Index("ix_works_section_texts_section", "section_id", "id"),
        {"info": {"grants": ["REVOKE UPDATE ON {table} FROM {role}"]}},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    section_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sections.id", ondelete="CASCADE"))
    version: Mapped[int | None] = mapped_column(Integer)
    base: Mapped[int] = mapped_column(Integer)
    aside: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    body: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.clock_timestamp())


class WorksDefect(Model):
    """A defect (usterka) that a protocol names, with who mends it until when."""

    __tablename__ = "works_defects"
    __table_args__ = (
        Index("ix_works_defects_protocol", "protocol_id"),
        Index("ix_works_defects_due", "site_id", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    protocol_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_protocols.id", ondelete="CASCADE"))
    site_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_sites.id", ondelete="CASCADE"))
    what: Mapped[str] = mapped_column(Text)
    responsible: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date] = mapped_column(Date)
    author: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(Text, unique=True)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    mended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    mended_by: Mapped[str] = mapped_column(Text, server_default="")


class WorksRemark(Model):
    """A comment on a protocol (komentarz); it is no part of what is signed."""

    __tablename__ = "works_remarks"
    __table_args__ = (Index("ix_works_remarks_protocol", "protocol_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    protocol_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_protocols.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    form_key: Mapped[str | None] = mapped_column(Text, unique=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class WorksSignature(Model):
    """What a party said to the frozen text of this `hash`: `signed`, or `refused` with a reason.

    A change of the text voids it; the row stays.
    """

    __tablename__ = "works_signatures"
    __table_args__ = (
        CheckConstraint("verdict IN ('signed', 'refused')", name="verdict"),
        Index(
            "ix_works_signatures_one",
            "protocol_id",
            "account_id",
            unique=True,
            postgresql_where=text("voided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    protocol_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("works_protocols.id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(Text)
    firm: Mapped[str] = mapped_column(Text, server_default="")
    duty: Mapped[str] = mapped_column(Text, server_default="")
    verdict: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text, server_default="")
    hash: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    voided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
