"""Claims of domains; those that were proved and switched on lie in the registry (`platform.domains`)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, ForeignKey, Identity, Integer, Text, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, PlatformModel


class DomainClaim(PlatformModel):
    """That a manager says a host is its own. Several may say so; who can show the `token` in the DNS is right.

    `outcome` is of the latest look: `missing`, `unanswered`, `proved` or `taken`. `points` is where the host led then:
    `here`, `elsewhere`, `nowhere`, or None when nobody could tell. Of a domain that is served, `missing_nights` counts
    the nights in a row without the proof, from `missing_since` to `missing_night`; `told_at` is when somebody was told,
    `withdrawn_at` when it stopped being served for that.
    """

    __tablename__ = "domain_claims"
    __table_args__ = (UniqueConstraint("tenant_id", "host"), {"schema": PLATFORM})

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    tenant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"))
    host: Mapped[str] = mapped_column(Text)
    token: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    checked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    points: Mapped[str | None] = mapped_column(Text)
    missing_nights: Mapped[int] = mapped_column(Integer, server_default="0")
    missing_since: Mapped[date | None] = mapped_column(Date)
    missing_night: Mapped[date | None] = mapped_column(Date)
    told_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
