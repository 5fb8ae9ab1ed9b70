"""Residents who resign from their account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class Resignation(Model):
    """A request to close an account (rezygnacja). At most one of an account waits (`open`).

    It ends as `closed`, when the office closed the account, or `withdrawn` by who asked.
    """

    __tablename__ = "resignations"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'closed', 'withdrawn')", name="state"),
        Index("uq_resignations_open", "account_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("ix_resignations_asked_at", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("accounts.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    reason: Mapped[str | None] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
