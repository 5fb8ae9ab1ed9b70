"""Requests for a trial, in schema `platform`: nobody's tenant exists yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import PLATFORM, PlatformModel


class Trial(PlatformModel):
    """A request for a trial. `form_key` makes a double click one request.

    `letter` goes waiting → sent or failed. It is confirmed once, before `expires_at`; `opening_id` is then the order
    that a worker carries out. What nobody confirmed is forgotten after a month.
    """

    __tablename__ = "trials"
    __table_args__ = (
        CheckConstraint("kind IN ('cooperative', 'association', 'agency')", name="kind"),
        CheckConstraint("letter IN ('waiting', 'sent', 'failed')", name="letter"),
        CheckConstraint("(confirmed_at IS NULL) = (opening_id IS NULL)", name="confirmed"),
        Index("ix_trials_slug", "slug", postgresql_where=text("confirmed_at IS NOT NULL")),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    form_key: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    email: Mapped[str] = mapped_column(Text)
    locale: Mapped[str] = mapped_column(Text, server_default="pl")
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    letter: Mapped[str] = mapped_column(Text, server_default="waiting")
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    opening_id: Mapped[int | None] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.openings.id", ondelete="CASCADE"), index=True
    )
