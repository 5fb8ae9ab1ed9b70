"""Tokens of programs that speak for the manager."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.core.public_ids import new_public_id
from tenants.db import Model


class ApiToken(Model):
    """A program's key to the manager's data. The program holds the secret, the table its digest.

    `scopes` are names of `rules.SCOPES`. After a rotation the former secret opens, too, until `former_until`.
    `ending` is the secret's last four signs, by which people tell tokens apart. `buildings` are the codes of those that
    it is limited to, None for all.
    """

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("(former_digest IS NULL) = (former_until IS NULL)", name="former"),
        CheckConstraint("(revoked_at IS NULL) = (revoked_by IS NULL)", name="revoked"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    public_id: Mapped[str] = mapped_column(Text, unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(JSONB)
    digest: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    ending: Mapped[str] = mapped_column(Text)
    former_digest: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    former_until: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    rotated_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    expires_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    last_used_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    revoked_by: Mapped[str | None] = mapped_column(Text)
    buildings: Mapped[list[str] | None] = mapped_column(JSONB)
