"""Tables of the registry in schema `platform`: which tenants exist, where, and on which schema revision."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, PlatformModel

KINDS = ("cooperative", "association", "agency")
STATUSES = ("active", "suspended")


class TenantRow(PlatformModel):
    """One property manager (zarządca) and the place of its data."""

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("kind IN ('cooperative', 'association', 'agency')", name="kind"),
        CheckConstraint("status IN ('active', 'suspended')", name="status"),
        CheckConstraint("standing IN ('good', 'read_only', 'staff_off')", name="standing"),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="active")
    status_reason: Mapped[str | None] = mapped_column(Text)
    contact: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    database: Mapped[str] = mapped_column(Text, server_default="main")
    schema: Mapped[str] = mapped_column(Text, unique=True)
    revision: Mapped[str] = mapped_column(Text)
    migrated_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    migration_error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    standing: Mapped[str] = mapped_column(Text, server_default="good")


class DomainRow(PlatformModel):
    """A host name of a tenant's own, beside its subdomain. Links lead to the one that is `main`, if any."""

    __tablename__ = "domains"
    __table_args__ = (
        UniqueConstraint("host"),
        Index("uq_domains_main", "tenant_id", unique=True, postgresql_where=text("main")),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    host: Mapped[str] = mapped_column(Text)
    tenant_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey(f"{PLATFORM}.tenants.id", ondelete="CASCADE"), index=True
    )
    main: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))


class MigrationRun(PlatformModel):
    """One run of `tenants migrate`: how far it is, and how it ended.

    `wave` is `canaries`, `few` or `rest`. The counts add up to what was dealt with of `total`. A run without
    `finished_at` whose `seen_at` is older than a minute was killed; the next one continues, because each manager's
    own revision says what is left.
    """

    __tablename__ = "migration_runs"
    __table_args__ = (
        CheckConstraint("wave IN ('canaries', 'few', 'rest')", name="wave"),
        {"schema": PLATFORM},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    started_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    seen_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    started_by: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    wave: Mapped[str] = mapped_column(Text, server_default="canaries")
    total: Mapped[int] = mapped_column(BigInteger)
    migrated: Mapped[int] = mapped_column(BigInteger, server_default="0")
    current: Mapped[int] = mapped_column(BigInteger, server_default="0")
    failed: Mapped[int] = mapped_column(BigInteger, server_default="0")
    held: Mapped[int] = mapped_column(BigInteger, server_default="0")
