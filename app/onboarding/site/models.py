"""Who is listed on the product page, in schema `platform`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, PlatformModel


class Listing(PlatformModel):
    """A manager's own word on being found by name. Without a row those are found whom an operator opened.

    `state` is an operator's word on a manager that came by itself, and holds for `shown`: name and place as residents
    read them. Where these differ now, it is as if nobody had answered. None in `shown`: listed before words were asked.
    """

    __tablename__ = "listings"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'approved', 'refused')", name="state"),
        {"schema": PLATFORM},
    )

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    listed: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    state: Mapped[str] = mapped_column(Text, server_default="approved")
    shown: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
