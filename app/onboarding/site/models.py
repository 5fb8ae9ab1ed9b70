"""Who is listed on the product page, in schema `platform`."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, PlatformModel


class Listing(PlatformModel):
    """A manager's own word on being found by name. Without a row those are found whom an operator opened."""

    __tablename__ = "listings"
    __table_args__ = ({"schema": PLATFORM},)

    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    listed: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
