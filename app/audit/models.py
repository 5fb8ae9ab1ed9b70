"""Seals of the audit log: a chain of hashes that shows whether a line was changed, removed or put in afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, LargeBinary, func
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import PLATFORM, Model, PlatformModel


class AuditSeal(Model):
    """The place of one line in the chain: `hash` covers the line and the hash of `sequence - 1`."""

    __tablename__ = "audit_seals"
    __table_args__ = ({"info": {"grants": ["REVOKE UPDATE, DELETE ON {table} FROM {role}"]}},)

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(BigInteger, unique=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())


class AuditHead(PlatformModel):
    """How long a tenant's chain was when it was last sealed, kept out of reach of the tenant's role."""

    __tablename__ = "audit_heads"
    __table_args__ = ({"schema": PLATFORM},)

    tenant_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
