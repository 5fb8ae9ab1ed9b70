"""Closings of managers. A row outlives its manager, so it refers to it by number only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Identity, Index, Text, func, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, PlatformModel

LIVE = ("asked", "archived", "confirmed")


class Closing(PlatformModel):
    """One closing: asked → archived (by a worker) → confirmed (by another operator) → deleted, or taken_back.

    `was_suspended` says whether the manager had been suspended before. The archive lies in the storage below
    `closings/PUBLIC_ID`; `sha256` is of its bytes, in hexadecimal digits.
    """

    __tablename__ = "closings"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'archived', 'confirmed', 'taken_back', 'deleted')", name="state"),
        CheckConstraint("confirmed_by <> asked_by", name="two_operators"),
        Index(
            "uq_closings_live", "tenant_id", unique=True,
            postgresql_where=text("state IN ('asked', 'archived', 'confirmed')"),
        ),
        {"schema": PLATFORM},
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    tenant_id: Mapped[int] = mapped_column(BigInteger)
    slug: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    schema: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    reason: Mapped[str] = mapped_column(Text)
    was_suspended: Mapped[bool] = mapped_column(Boolean)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    archived_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    sha256: Mapped[str | None] = mapped_column(Text)
    size: Mapped[int | None] = mapped_column(BigInteger)
    rows: Mapped[int | None] = mapped_column(BigInteger)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    delete_after: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
