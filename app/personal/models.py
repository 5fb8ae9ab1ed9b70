"""Requests about personal data, and what was erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import PLATFORM, Model, PlatformModel


class PersonalRequest(Model):
    """What somebody asks of the office about their data. At most one of a kind and account waits (`open`).

    It ends as `answered`, as `erased` when the data went, or `withdrawn` by who asked. `form_key` makes a double click
    one request.
    """

    __tablename__ = "personal_requests"
    __table_args__ = (
        CheckConstraint("kind IN ('erasure', 'restriction', 'correction')", name="kind"),
        CheckConstraint("state IN ('open', 'answered', 'erased', 'withdrawn')", name="state"),
        Index("uq_personal_requests_open", "account_id", "kind", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_personal_requests_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str] = mapped_column(Text, unique=True)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    answer: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)


class PersonalErasure(Model):
    """That an account was erased, by its public id: it says nothing about whose it was."""

    __tablename__ = "personal_erasures"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    messages: Mapped[bool] = mapped_column(server_default=text("false"))


class ErasedAccount(PlatformModel):
    """The same outside the manager's own data, so that a manager restored from an archive erases it again."""

    __tablename__ = "erased_accounts"
    __table_args__ = ({"schema": PLATFORM},)

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    messages: Mapped[bool] = mapped_column(server_default=text("false"))
