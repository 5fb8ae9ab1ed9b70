"""Tables of support access, in the manager's own schema: what was granted, and who came."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model


class SupportGrant(Model):
    """An administrator's leave for support to look, or with `writes` to change some settings, `until` a moment.

    At most one lasts at a time: a new one revokes what came before.
    """

    __tablename__ = "support_grants"
    __table_args__ = (
        CheckConstraint("until > granted_at", name="until"),
        Index("ix_support_grants_open", "until", postgresql_where="revoked_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    granted_by: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    until: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    writes: Mapped[bool] = mapped_column(Boolean)
    note: Mapped[str] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    revoked_by: Mapped[str | None] = mapped_column(Text)


class SupportVisit(Model):
    """An operator's visit: a link that works once, then a browser that is in.

    It lasts while the grant does and while the console's session `operator_session` of schema `platform` is alive.
    """

    __tablename__ = "support_visits"
    __table_args__ = (Index("ix_support_visits_grant", "grant_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    grant_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("support_grants.id", ondelete="CASCADE"))
    operator: Mapped[str] = mapped_column(Text)
    operator_id: Mapped[int] = mapped_column(BigInteger)
    operator_session: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    link_digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    link_until: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    secret_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    entered_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    seen_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    address: Mapped[str | None] = mapped_column(Text)
